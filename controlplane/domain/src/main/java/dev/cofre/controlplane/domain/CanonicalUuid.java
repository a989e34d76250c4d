package dev.cofre.controlplane.domain;

import java.util.Optional;
import java.util.UUID;

/** Ids as callers write them: RFC 9562's 36 characters, in lower case, and nothing else. */
public final class CanonicalUuid {
  private static final int LENGTH = 36;

  private CanonicalUuid() {}

  /** The UUID that {@code text} is in canonical form. */
  public static Optional<UUID> find(String text) {
    if (text == null || text.length() != LENGTH) {
      return Optional.empty();
    }
    try {
      UUID id = UUID.fromString(text);
      return Optional.of(id).filter(uuid -> uuid.toString().equals(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
