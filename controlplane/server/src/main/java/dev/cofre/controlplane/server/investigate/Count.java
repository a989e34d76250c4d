package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.AuditEvent;
import java.util.Optional;
import java.util.OptionalLong;

/** What happened by, from or with one value. Used by one thread. */
public final class Count {
  private long events;
  private long uses;
  private long denied;
  private long failed;
  private long items;
  private long bytes;
  private long firstNs = Long.MAX_VALUE;
  private long lastNs = Long.MIN_VALUE;
  private long baselineEvents;
  private long lastBeforeNs = Long.MIN_VALUE;
  private boolean lookedUp;
  private String log;
  private String requestId;

  void add(Happened happened) {
    AuditEvent event = happened.event();
    events += happened.times();
    uses += happened.isUse() ? happened.times() : 0;
    denied += event.outcome().equals("denied") ? happened.times() : 0;
    failed += event.outcome().equals("failed") ? happened.times() : 0;
    items += happened.items();
    bytes += happened.bytes();
    if (happened.timeNs() < firstNs) {
      firstNs = happened.timeNs();
      log = happened.log();
      requestId = event.requestId();
    }
    lastNs = Math.max(lastNs, happened.timeNs());
  }

  void addBefore(Happened happened) {
    baselineEvents += happened.times();
    seenBefore(happened.timeNs());
  }

  /** It was there at {@code timeNs}, before the time that is asked for. */
  void seenBefore(long timeNs) {
    lookedUp = true;
    lastBeforeNs = Math.max(lastBeforeNs, timeNs);
  }

  /** It was looked for in all that is older, and is not there. */
  void notFoundBefore() {
    lookedUp = true;
  }

  /** Whether the value was there before. */
  public Seen seen() {
    if (!lookedUp) {
      return Seen.UNKNOWN;
    }
    return lastBeforeNs == Long.MIN_VALUE ? Seen.NEW : Seen.BEFORE;
  }

  /** Whether a value was there before the time that is asked for. */
  public enum Seen {
    /** The archive has an older event. */
    BEFORE,
    /** It has none. */
    NEW,
    /** Not all of it was looked at. */
    UNKNOWN
  }

  /** Events; one that stands for several requests counts as them. */
  public long events() {
    return events;
  }

  /** Allowed events that used a key. */
  public long uses() {
    return uses;
  }

  /** Events that were denied. */
  public long denied() {
    return denied;
  }

  /** Events that were allowed and went wrong. */
  public long failed() {
    return failed;
  }

  /** Messages that were processed. */
  public long items() {
    return items;
  }

  /** Bytes that were processed. */
  public long bytes() {
    return bytes;
  }

  /** The oldest event's time, nanoseconds since 1970. */
  public long firstNs() {
    return firstNs;
  }

  /** The newest event's time. */
  public long lastNs() {
    return lastNs;
  }

  /** Events in the time before, as long as the one that is asked for. */
  public long baselineEvents() {
    return baselineEvents;
  }

  /** When it was there the last time before. */
  public OptionalLong lastBeforeNs() {
    return lastBeforeNs == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(lastBeforeNs);
  }

  /** The log of the oldest event; empty when there is none. */
  public Optional<String> log() {
    return Optional.ofNullable(log);
  }

  /** The request of the oldest event, for a receipt. */
  public Optional<String> requestId() {
    return Optional.ofNullable(requestId);
  }
}
