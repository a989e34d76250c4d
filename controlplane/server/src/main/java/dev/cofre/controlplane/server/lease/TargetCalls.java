package dev.cofre.controlplane.server.lease;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How many requests may wait for other systems at once: so few that one which does not answer
 * leaves threads for all that has nothing to do with it, and room for the other systems.
 * Thread-safe.
 */
public final class TargetCalls {
  /** The most requests at once. */
  public static final int CALLS_MAX = 6;

  /** The most requests at once for one engine. */
  public static final int OF_ENGINE_MAX = 2;

  private final Map<String, Integer> byEngine = new HashMap<>();
  private int calls;

  /**
   * Does {@code work}, which waits for the system of {@code engine}.
   *
   * @throws ProblemException {@code overloaded} when there is no room for it
   */
  public <T> T run(String tenant, String engine, Supplier<T> work) {
    String of = tenant + '/' + engine;
    begin(of);
    try {
      return work.get();
    } finally {
      end(of);
    }
  }

  private synchronized void begin(String engine) {
    int ofEngine = byEngine.getOrDefault(engine, 0);
    if (ofEngine >= OF_ENGINE_MAX || calls >= CALLS_MAX) {
      throw new ProblemException(
          ErrorCode.OVERLOADED,
          (ofEngine >= OF_ENGINE_MAX
                  ? OF_ENGINE_MAX + " requests wait for the engine's system already"
                  : CALLS_MAX + " requests wait for other systems already")
              + "; try again, with a back-off");
    }
    byEngine.put(engine, ofEngine + 1);
    calls++;
  }

  private synchronized void end(String engine) {
    byEngine.computeIfPresent(engine, (name, count) -> count == 1 ? null : count - 1);
    calls--;
  }
}
