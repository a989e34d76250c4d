package dev.cofre.controlplane.server.schedule;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.keys.Destruction;
import dev.cofre.engine.audit.AuditLog;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what the scheduler does to the audit log, before it is committed. Thread-safe; waits for
 * the log.
 */
public final class SystemAudit implements Destruction.Witness {
  /** Who did it, in stamps and in the audit log. */
  public static final String ACTOR = "system:scheduler";

  private final AuditLog log;
  private final String node;
  private final Clock clock;

  /** Writes to {@code log} in the name of {@code node}. */
  public SystemAudit(AuditLog log, String node, Clock clock) {
    this.log = log;
    this.node = node;
    this.clock = clock;
  }

  @Override
  public void record(ManagementAction action, String subject, String phase) {
    AuditEvent.Builder event = event(action, subject);
    log.append((phase == null ? event : event.phase(phase)).build()).join();
  }

  /** The credentials of {@code leases} are gone: an event for each, all of them or none. */
  public void ended(List<Lease> leases) {
    List<AuditEvent> events = new ArrayList<>();
    for (Lease lease : leases) {
      String subject = lease.id() + " " + lease.userName();
      events.add(event(ManagementAction.LEASE_END, subject).phase(lease.reason()).build());
    }
    log.append(events).join();
  }

  /** A rotation is about to publish the version {@code number} of {@code secret}. */
  public void rotated(String secret, int number) {
    AuditEvent.Builder event = event(ManagementAction.SECRET_ROTATE, secret);
    log.append(event.used(number, null).phase("published").build()).join();
  }

  /** A rotation of {@code secret} failed, and goes on later. */
  public void rotationFailed(String secret, ErrorCode code) {
    AuditEvent.Builder event = event(ManagementAction.SECRET_ROTATE, secret);
    log.append(event.phase("failed").failed(code.code()).build()).join();
  }

  private AuditEvent.Builder event(ManagementAction action, String subject) {
    return AuditEvent.of(
            clock.instant().truncatedTo(ChronoUnit.MILLIS), node, ACTOR, action.wireName())
        .caller(ACTOR, "none", null)
        .key(subject);
  }
}
