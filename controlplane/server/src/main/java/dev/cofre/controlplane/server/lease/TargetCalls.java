package dev.cofre.controlplane.server.lease;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * How many requests may wait for other systems at once: so few that one which does not answer
 * leaves threads for all that has nothing to do with it. Thread-safe.
 */
public final class TargetCalls {
  /** The most requests at once. */
  public static final int CALLS_MAX = 6;

  private final Semaphore free = new Semaphore(CALLS_MAX);

  /**
   * Does {@code work}, which waits for another system.
   *
   * @throws ProblemException {@code overloaded} when there is no room for it
   */
  public <T> T run(Supplier<T> work) {
    if (!free.tryAcquire()) {
      throw new ProblemException(
          ErrorCode.OVERLOADED,
          CALLS_MAX + " requests wait for other systems already; try again, with a back-off");
    }
    try {
      return work.get();
    } finally {
      free.release();
    }
  }
}
