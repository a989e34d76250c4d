/**
 * Measurements with the reference that each is held against: {@code *Benchmark} classes run by JMH,
 * one package for each operation family, gates in {@code gates.txt}, the report in {@code report}.
 * What was not adopted stands here alone, so that a decision can be measured again.
 */
package dev.cofre.benchmarks;
