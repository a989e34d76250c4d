package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * Says that a caller from elsewhere is a principal of ours. Immutable: it is made and removed.
 *
 * @param principal whose credential it is
 */
public record IdentityBinding(
    UUID id,
    String tenant,
    String principal,
    BindingDraft draft,
    Instant createdAt,
    String createdBy) {}
