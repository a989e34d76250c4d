package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditEvent;

/**
 * An event and its place in its log, which names it for ever. Immutable.
 *
 * @param origin which log
 * @param index of its record, the first one's being 0
 * @param bytes how long its record is
 */
public record LoggedEvent(String origin, long index, AuditEvent event, int bytes) {}
