package dev.cofre.client.credentials;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** Where a provider's credentials come from. Immutable. */
public sealed interface CredentialSource {
  /** How often a secret is read when nothing is said. */
  Duration READ_EVERY = Duration.ofMinutes(1);

  /**
   * Leases of a role: each a credential of its own, which ends by itself.
   *
   * @param ttl how long each is asked for, in whole seconds; empty: as long as the role says
   */
  record Lease(String engine, String role, Optional<Duration> ttl) implements CredentialSource {
    /** Checks that nothing is missing. */
    public Lease {
      Objects.requireNonNull(engine);
      Objects.requireNonNull(role);
      if (ttl.filter(time -> time.compareTo(Duration.ofSeconds(1)) < 0).isPresent()) {
        throw new IllegalArgumentException("a lease is for a second or longer");
      }
    }
  }

  /**
   * A secret whose value is {@code {"username":"…","password":"…"}}, as those are that the vault
   * rotates between two users.
   *
   * @param readEvery how often it is read, a fifth more or less; at most a tenth of the period of
   *     its rotation, so that its value is followed well before it ends
   */
  record Secret(String name, Duration readEvery) implements CredentialSource {
    /** Checks that nothing is missing. */
    public Secret {
      Objects.requireNonNull(name);
      if (readEvery.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException("a secret is read once a second at most");
      }
    }
  }

  /** Leases of {@code role} of {@code engine}, as long as the role says. */
  static CredentialSource lease(String engine, String role) {
    return new Lease(engine, role, Optional.empty());
  }

  /** The same for {@code ttl}, in whole seconds. */
  static CredentialSource lease(String engine, String role, Duration ttl) {
    return new Lease(engine, role, Optional.of(ttl));
  }

  /** The secret {@code name}, read every minute. */
  static CredentialSource secret(String name) {
    return new Secret(name, READ_EVERY);
  }

  /** The same, read every {@code readEvery}. */
  static CredentialSource secret(String name, Duration readEvery) {
    return new Secret(name, readEvery);
  }
}
