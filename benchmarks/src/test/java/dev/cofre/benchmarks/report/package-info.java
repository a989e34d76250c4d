/** The harness: gates, ratios, what is written. */
package dev.cofre.benchmarks.report;
