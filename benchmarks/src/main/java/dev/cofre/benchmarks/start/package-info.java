/** What a node's first requests cost. */
package dev.cofre.benchmarks.start;
