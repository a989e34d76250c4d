package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * What an owner is told ahead of an end, or those who watch of what is wrong. Immutable.
 *
 * @param keyId which key ends; null when it is about no key
 * @param alias of the key, or null
 * @param owner who is told; null when it is about no key
 * @param dueAt when it ends, or the hour in which it was found
 * @param subject what it is about when it is no key, else null
 */
public record Notice(
    UUID id,
    String tenant,
    UUID keyId,
    String alias,
    String owner,
    Kind kind,
    Instant dueAt,
    Instant createdAt,
    String subject) {
  /** What comes to its end. */
  public enum Kind {
    /** The key expires: it will protect nothing new. */
    KEY_EXPIRES,
    /** The key will be destroyed. */
    KEY_DESTRUCTION,
    /** Three quarters of a limit of the key's current version are used. */
    KEY_LIMIT_NEAR,
    /** A limit of the key's current version is used up, and it is not replaced. */
    KEY_LIMIT_REACHED,
    /** A secret, or who reads it, leaked; its owner is to act, or to know. */
    SECRET_LEAKED,
    /** A node sent a head of its audit log that does not continue the one before. */
    AUDIT_LOG_INCONSISTENT;

    /** The name in answers and in the store. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
