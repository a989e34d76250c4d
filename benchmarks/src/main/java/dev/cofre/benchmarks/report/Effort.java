package dev.cofre.benchmarks.report;

import java.time.Duration;

/**
 * How thoroughly is measured.
 *
 * @param warmupIterations of {@code warmupMs} each
 * @param iterations of {@value #ITERATION_MS} ms each, of which the fastest counts
 * @param rounds over what has a gate or is a reference
 * @param furtherRounds over the rest; none: the rest is not run
 * @param secondRounds at most so many more over what missed its gate
 * @param budget no round is begun that would not end within it
 * @param margin the part of each gate that must be reached
 */
record Effort(
    int warmupIterations,
    int warmupMs,
    int iterations,
    int rounds,
    int furtherRounds,
    int secondRounds,
    Duration budget,
    double margin) {
  /** Short, so that some are not disturbed by neighbours. */
  static final int ITERATION_MS = 4;

  /** Says whether something is badly wrong, within minutes. */
  static final Effort QUICK = new Effort(4, 150, 60, 3, 0, 2, Duration.ofSeconds(250), 0.7);

  /** Five forks. */
  static final Effort GATE = new Effort(5, 300, 200, 5, 0, 0, Duration.ofHours(2), 1);

  /** The same, and all that has no gate. */
  static final Effort FULL = new Effort(5, 300, 200, 5, 2, 0, Duration.ofHours(6), 1);
}
