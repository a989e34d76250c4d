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
 * @param ofSecret whether a use is the reading of a secret, not that of a key
 */
record Happened(String log, AuditEvent event, boolean ofSecret) {
  private static final String EXPORT = "secret:export";
  private static final Set<String> SECRET_READS = Set.of("secret:read", EXPORT);

  private static final Set<String> USES =
      Arrays.stream(Action.values()).map(Action::text).collect(Collectors.toUnmodifiableSet());

  /** Of what is asked about anything but a secret. */
  Happened(String log, AuditEvent event) {
    this(log, event, false);
  }

  /** For how many requests it stands. */
  long times() {
    return Math.max(1, event.count());
  }

  /** Whether a key was asked to do something, or a secret to be read, allowed or not. */
  boolean asksForUse() {
    return ofSecret ? isSecretRead(event.action()) : isUse(event.action());
  }

  /** Whether the value of a secret was handed out; an export's record of its bundle has none. */
  boolean isRead() {
    return isSecretRead(event.action())
        && event.outcome().equals("allowed")
        && (event.keyVersion() > 0 || !event.action().equals(EXPORT));
  }

  /** Whether {@code action} asks for a secret's value. */
  static boolean isSecretRead(String action) {
    return SECRET_READS.contains(action);
  }

  /** Whether {@code action} asks for a key to be used. */
  static boolean isUse(String action) {
    return USES.contains(action);
  }

  /** Whether a key was used, or a secret read. */
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
