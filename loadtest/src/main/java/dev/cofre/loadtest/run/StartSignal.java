package dev.cofre.loadtest.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * When a process begins, and which of several on one schedule it is. Immutable.
 *
 * @param at the start of the measured part; null for as soon as it can
 * @param byParent whether the parent says when, on standard input, after it was told {@code ready}
 */
public record StartSignal(int part, int parts, Instant at, boolean byParent) {
  /** One process, at once. */
  public static final StartSignal NOW = new StartSignal(0, 1, null, false);

  /** What a process says to its parent when it has prepared all. */
  static final String READY = "ready";

  /**
   * From the texts of the options.
   *
   * @param part such as {@code 2/3}
   * @param startAt a time, {@code parent}, or null
   */
  public static StartSignal of(String part, String startAt) {
    int slash = part.indexOf('/');
    if (!part.matches("\\d{1,3}/\\d{1,3}")) {
      throw new UsageException("--part must be like 1/3, not " + part);
    }
    int own = Integer.parseInt(part.substring(0, slash));
    int parts = Integer.parseInt(part.substring(slash + 1));
    if (own < 1 || own > parts) {
      throw new UsageException("--part must be from 1/" + parts + " to " + parts + "/" + parts);
    }
    if (startAt == null || startAt.equals("parent")) {
      return new StartSignal(own - 1, parts, null, startAt != null);
    }
    try {
      return new StartSignal(own - 1, parts, Instant.parse(startAt), false);
    } catch (DateTimeParseException e) {
      throw new UsageException("--start-at must be like 2030-01-31T12:00:00Z, not " + startAt);
    }
  }

  /**
   * Waits, if it must, for the word; returns the start of the measured part by the monotonic clock.
   *
   * @param warmUpNs that must fit before it
   */
  long await(long warmUpNs) throws IOException {
    Instant start = byParent ? word() : at;
    long soonNs = System.nanoTime() + 5_000_000 + warmUpNs;
    if (start == null) {
      return soonNs;
    }
    long nowNs = System.nanoTime();
    Instant now = Instant.now();
    long startNs =
        nowNs
            + (start.getEpochSecond() - now.getEpochSecond()) * 1_000_000_000L
            + start.getNano()
            - now.getNano();
    if (startNs < soonNs) {
      throw new IOException("the start " + start + " is too soon or past: nothing was sent");
    }
    return startNs;
  }

  private static Instant word() throws IOException {
    System.out.println(READY);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    String line = in.readLine();
    if (line == null) {
      throw new IOException("the parent has ended before the start");
    }
    return Instant.parse(line);
  }
}
