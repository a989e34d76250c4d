package dev.cofre.client.credentials;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * A credential that a provider has. Immutable but for its password, which is overwritten by the
 * thread that took its place; who copies it does so under the provider's lock.
 *
 * @param lifeNs the longest that a renewal gives; {@link #ENDLESS} for none
 * @param endsNs when it ends, by the provider's clock; unused without an end
 * @param maxEndsNs the latest to which it can be renewed, by the same
 * @param expiresAt the end by the control plane's clock; null without an end
 */
record Held(
    String id,
    String username,
    char[] password,
    long lifeNs,
    long endsNs,
    long maxEndsNs,
    Instant expiresAt) {
  static final long ENDLESS = Long.MAX_VALUE;

  /** Of a secret. */
  static Held endless(String id, String username, char[] password) {
    return new Held(id, username, password, ENDLESS, 0, 0, null);
  }

  boolean isEndless() {
    return lifeNs == ENDLESS;
  }

  /** Whether it works at {@code nowNs}, as far as is known. */
  boolean works(long nowNs) {
    return isEndless() || endsNs - nowNs > 0;
  }

  /** Renewed until {@code later}, asked for at {@code askedNs}. */
  Held until(Instant later, long askedNs) {
    long counted = endsNs + Duration.between(expiresAt, later).toNanos();
    long most = askedNs + lifeNs;
    return new Held(
        id, username, password, lifeNs, counted - most > 0 ? most : counted, maxEndsNs, later);
  }

  boolean says(Held other) {
    return username.equals(other.username) && Arrays.equals(password, other.password);
  }

  void wipe() {
    Arrays.fill(password, '\0');
  }

  @Override
  public String toString() {
    return "Held[" + id + "]";
  }
}
