package dev.cofre.controlplane.server.identity;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often tokens are made for one principal: {@value #BURST} at once, then {@value #PER_SECOND}
 * each second. A token counts for minutes, so whoever asks for more has a loop that does not keep
 * it; and each costs a signature of the HSM.
 *
 * <p>It counts who has proven to be the principal, never who claims to be: nobody can use up
 * another's share. Memory: {@value #PRINCIPALS_MAX} principals, about 120 bytes each; beyond that
 * the one that asked longest ago is forgotten. Thread-safe; it never blocks for long.
 */
public final class ExchangeRates {
  static final int BURST = 200;
  static final int PER_SECOND = 20;
  static final int PRINCIPALS_MAX = 10_000;

  private static final long SECOND_NS = 1_000_000_000L;
  private static final long ONE_NS = SECOND_NS / PER_SECOND;

  private final LongSupplier clockNs;

  /** By principal: when its whole burst is there again. */
  private final Map<String, Long> fullAtNs =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > PRINCIPALS_MAX;
        }
      };

  /** Counts by {@code clockNs}, which is like {@link System#nanoTime()}. */
  public ExchangeRates(LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  /**
   * Counts one more token for {@code principal}.
   *
   * @throws ProblemException {@code quota_exceeded}, with the time to wait, when it is too many; it
   *     is not counted then
   */
  public synchronized void take(String principal) {
    long now = clockNs.getAsLong();
    Long known = fullAtNs.get(principal);
    long fullAt = known == null || known - now < 0 ? now : known;
    long lateNs = fullAt - now - (BURST - 1) * ONE_NS;
    if (lateNs > 0) {
      throw new ProblemException(
          ErrorCode.QUOTA_EXCEEDED,
          "too many tokens were exchanged for this principal; keep each until it expires",
          Math.max(1, Math.ceilDiv(lateNs, 1_000_000L)));
    }
    fullAtNs.put(principal, fullAt + ONE_NS);
  }

  /** How many principals are remembered. */
  synchronized int size() {
    return fullAtNs.size();
  }
}
