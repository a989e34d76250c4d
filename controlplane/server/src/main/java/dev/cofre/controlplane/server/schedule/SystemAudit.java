package dev.cofre.controlplane.server.schedule;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.keys.Destruction;
import dev.cofre.engine.audit.AuditLog;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

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
    AuditEvent.Builder event =
        AuditEvent.of(
                clock.instant().truncatedTo(ChronoUnit.MILLIS), node, ACTOR, action.wireName())
            .caller(ACTOR, "none", null)
            .key(subject);
    log.append((phase == null ? event : event.phase(phase)).build()).join();
  }
}
