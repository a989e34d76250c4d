/**
 * {@code ./cofre bench}: runs the benchmarks round by round, takes each ratio within a round, holds
 * it against its gate, and writes what came out.
 */
package dev.cofre.benchmarks.report;
