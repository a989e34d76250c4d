package dev.cofre.controlplane.domain.approval;

import java.util.UUID;

/** Names a request for approval within its tenant. */
public record ApprovalRequestId(String tenant, UUID id) {
  @Override
  public String toString() {
    return id.toString();
  }
}
