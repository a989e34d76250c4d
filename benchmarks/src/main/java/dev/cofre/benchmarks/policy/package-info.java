/** Who may do what. */
package dev.cofre.benchmarks.policy;
