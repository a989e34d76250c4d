package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.UUID;

/**
 * What an owner is told ahead of an end. Immutable.
 *
 * @param keyId which key ends
 * @param owner who is told
 * @param dueAt when it ends
 */
public record Notice(
    UUID id,
    String tenant,
    UUID keyId,
    String alias,
    String owner,
    Kind kind,
    Instant dueAt,
    Instant createdAt) {
  /** What comes to its end. */
  public enum Kind {
    /** The key expires: it will protect nothing new. */
    KEY_EXPIRES,
    /** The key will be destroyed. */
    KEY_DESTRUCTION;

    /** The name in answers and in the store. */
    public String wireName() {
      return this == KEY_EXPIRES ? "key-expires" : "key-destruction";
    }

    /**
     * The kind named {@code wireName}.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Kind of(String wireName) {
      for (Kind kind : values()) {
        if (kind.wireName().equals(wireName)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of notice: " + wireName);
    }
  }
}
