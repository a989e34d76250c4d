package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditEvent;

/** Takes the events of a walk over the archive, one by one. */
@FunctionalInterface
public interface EventVisitor {
  /** Takes {@code event} of the log {@code origin}. */
  void take(String origin, AuditEvent event);
}
