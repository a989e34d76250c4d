/** Libraries that do a like job, in the same run. */
package dev.cofre.benchmarks.peer;
