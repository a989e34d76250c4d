package dev.cofre.benchmarks.report;

/**
 * What one fork came to.
 *
 * @param ns per item, of the fastest iteration
 * @param bytes of garbage per item
 */
record Sample(double ns, double bytes) {}
