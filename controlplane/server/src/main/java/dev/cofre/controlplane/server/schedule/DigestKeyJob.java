package dev.cofre.controlplane.server.schedule;

import dev.cofre.controlplane.server.audit.AuditDigestKeys;

/** Makes the key that next year's audit events digest contexts with, before that year begins. */
final class DigestKeyJob implements Job {
  private final AuditDigestKeys keys;

  DigestKeyJob(AuditDigestKeys keys) {
    this.keys = keys;
  }

  @Override
  public String name() {
    return "make-digest-keys";
  }

  @Override
  public int runBatch() {
    return keys.makeDue();
  }
}
