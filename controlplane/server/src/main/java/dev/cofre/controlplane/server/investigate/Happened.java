package dev.cofre.controlplane.server.investigate;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.engine.policy.Action;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An event, and what it counts for. Immutable.
 *
 * @param log that it is in
 */
record Happened(String log, AuditEvent event) {
  private static final Set<String> USES =
      Arrays.stream(Action.values()).map(Action::text).collect(Collectors.toUnmodifiableSet());

  /** For how many requests it stands. */
  long times() {
    return Math.max(1, event.count());
  }

  /** Whether a key was asked to do something, allowed or not. */
  boolean asksForUse() {
    return isUse(event.action());
  }

  /** Whether {@code action} asks for a key to be used. */
  static boolean isUse(String action) {
    return USES.contains(action);
  }

  /** Whether a key was used. */
  boolean isUse() {
    return asksForUse() && event.outcome().equals("allowed");
  }

  /** Whether it tells of material that was processed: a stream that failed at its end did some. */
  private boolean processed() {
    return isUse() || (asksForUse() && event.phase().equals("end"));
  }

  long items() {
    return processed() ? Math.max(0, event.items()) : 0;
  }

  long bytes() {
    return processed() ? Math.max(0, event.bytes()) : 0;
  }

  long timeNs() {
    Instant time = event.time();
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }
}
