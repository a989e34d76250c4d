/** Benchmarks that still run. */
package dev.cofre.benchmarks;
