package dev.cofre.engine.identity;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Slows who tries to prove who they are and fails: from one source {@value #BURST} failures are
 * free, and {@value #PER_SECOND} more each second; beyond that the source waits, one second at
 * first, twice as long each time, at most {@value #WAIT_SECONDS_MAX}. After ten minutes without a
 * failure all is forgotten.
 *
 * <p>A source is an IPv4 address or an IPv6 network of 64 bits, which is what one subscriber has.
 * Nothing is counted by whom a caller claims to be: nobody can lock out somebody elsewhere.
 *
 * <p>Memory: {@value #SOURCES_MAX} sources, about 150 bytes each; beyond that the one that failed
 * longest ago is forgotten. Thread-safe; its lock is held for some look-ups, so it never blocks for
 * long.
 */
public final class FailedAttempts {
  static final int BURST = 100;
  static final int PER_SECOND = 10;
  static final int WAIT_SECONDS_MAX = 60;
  static final int SOURCES_MAX = 10_000;

  private static final long SECOND_NS = 1_000_000_000L;
  private static final long KEPT_NS = 600 * SECOND_NS;
  private static final int IPV6_NETWORK_BYTES = 8;

  private final LongSupplier clockNs;
  private final Map<String, Source> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Source> eldest) {
          return size() > SOURCES_MAX;
        }
      };

  /** What is known of one source. */
  private static final class Source {
    private double failures;
    private long atNs;
    private long waitsUntilNs;
    private int waits;

    Source(long nowNs) {
      atNs = nowNs;
      waitsUntilNs = nowNs;
    }

    /** Takes off what the time since the last failure has earned. */
    void settle(long nowNs) {
      long sinceNs = nowNs - atNs;
      failures = Math.max(0, failures - sinceNs * (double) PER_SECOND / SECOND_NS);
      if (sinceNs > KEPT_NS) {
        waits = 0;
      }
      atNs = nowNs;
    }
  }

  /** Counts by {@code clockNs}, which is like {@link System#nanoTime()}. */
  public FailedAttempts(LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  /** After how many seconds {@code address} has its turn again; 0: it has it now. */
  public synchronized int waitSeconds(String address) {
    Source source = sources.get(source(address));
    long leftNs = source == null ? 0 : source.waitsUntilNs - clockNs.getAsLong();
    return leftNs <= 0 ? 0 : (int) Math.ceilDiv(leftNs, SECOND_NS);
  }

  /**
   * Refuses when {@code address} has to wait.
   *
   * @throws ProblemException {@code too_many_attempts}
   */
  public void requireTurn(String address) {
    int seconds = waitSeconds(address);
    if (seconds > 0) {
      throw problem(seconds);
    }
  }

  /** The refusal of a source that has to wait for {@code seconds}. */
  public static ProblemException problem(int seconds) {
    return new ProblemException(
        ErrorCode.TOO_MANY_ATTEMPTS,
        "too many requests without a valid token came from this address; try again later",
        1_000L * Math.max(1, seconds));
  }

  /** Somebody at {@code address} failed; whether the source has to wait from now on. */
  public synchronized boolean failed(String address) {
    long nowNs = clockNs.getAsLong();
    Source source = sources.computeIfAbsent(source(address), ignored -> new Source(nowNs));
    source.settle(nowNs);
    source.failures++;
    if (source.failures <= BURST || source.waitsUntilNs - nowNs > 0) {
      return source.waitsUntilNs - nowNs > 0;
    }
    long seconds = Math.min(WAIT_SECONDS_MAX, 1L << Math.min(source.waits, 16));
    source.waits++;
    source.waitsUntilNs = nowNs + seconds * SECOND_NS;
    return true;
  }

  /** How many sources are remembered. */
  public synchronized int size() {
    return sources.size();
  }

  private static String source(String address) {
    if (address == null || address.indexOf(':') < 0) {
      return String.valueOf(address);
    }
    try {
      byte[] bytes = InetAddress.ofLiteral(address).getAddress();
      return bytes.length <= IPV6_NETWORK_BYTES
          ? HexFormat.of().formatHex(bytes)
          : HexFormat.of().formatHex(bytes, 0, IPV6_NETWORK_BYTES);
    } catch (IllegalArgumentException e) {
      return address;
    }
  }
}
