package dev.cofre.loadtest.generator;

import java.util.List;

/** Which call has which number: the same one in every run. Thread-safe. */
@FunctionalInterface
public interface Sequence<C> {
  /**
   * Numbers of a warm-up begin here, so that calls that are for one use alone are kept for the run.
   */
  long WARM_UP = 1L << 48;

  /** The call with {@code number}. */
  C at(long number);

  /** {@code calls} again and again. */
  static <C> Sequence<C> inTurn(List<C> calls) {
    if (calls.isEmpty()) {
      throw new IllegalArgumentException("no calls");
    }
    List<C> all = List.copyOf(calls);
    return number -> all.get((int) (number % all.size()));
  }
}
