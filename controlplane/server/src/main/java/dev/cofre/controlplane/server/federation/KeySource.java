package dev.cofre.controlplane.server.federation;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.IdentityProvider;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jose4j.jwk.PublicJsonWebKey;

/**
 * One provider's keys: fetched when they are first needed, again after ten minutes, and for a key
 * id that is not known, but that at most once in thirty seconds. While they cannot be fetched, the
 * last ones count for as long as the provider's {@code staleSeconds} say. Thread-safe; blocks for
 * at most the fetch's own limit, and one thread at a time.
 */
final class KeySource {
  private static final System.Logger LOG = System.getLogger(KeySource.class.getName());
  private static final Duration FRESH = Duration.ofMinutes(10);
  private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(30);
  private static final long WAIT_MS = 6_000;

  private final IdentityProvider provider;
  private final KeyFetch fetch;
  private final LongSupplier clockMs;
  private final ReentrantLock fetching = new ReentrantLock();
  private volatile Held held;
  private volatile long triedAtMs = Long.MIN_VALUE;

  private record Held(KeySet keys, long atMs) {}

  KeySource(IdentityProvider provider, KeyFetch fetch, LongSupplier clockMs) {
    this.provider = provider;
    this.fetch = fetch;
    this.clockMs = clockMs;
    provider.draft().jwks().ifPresent(keys -> held = new Held(KeySet.parse(keys), Long.MAX_VALUE));
  }

  /** Whether it is for {@code other}, as it is now. */
  boolean isOf(IdentityProvider other) {
    return provider.stamp().equals(other.stamp());
  }

  /**
   * The key with {@code keyId} for {@code algorithm}, or null.
   *
   * @throws ProblemException {@code identity_provider_unavailable} when there are no keys that
   *     count
   */
  PublicJsonWebKey find(String keyId, String algorithm) {
    if (held == null || isOlder(held, FRESH.toMillis())) {
      refresh();
    }
    PublicJsonWebKey key = counting().find(keyId, algorithm);
    if (key == null && provider.draft().jwksUrl().isPresent()) {
      refresh();
      key = counting().find(keyId, algorithm);
    }
    return key;
  }

  private KeySet counting() {
    Held now = held;
    long keptMs = FRESH.toMillis() + provider.draft().staleSeconds() * 1_000;
    if (now == null || isOlder(now, keptMs)) {
      throw new ProblemException(
          ErrorCode.IDENTITY_PROVIDER_UNAVAILABLE,
          "the keys of the identity provider cannot be fetched; try again later");
    }
    return now.keys;
  }

  private boolean isOlder(Held keys, long ageMs) {
    return keys.atMs != Long.MAX_VALUE && clockMs.getAsLong() - keys.atMs > ageMs;
  }

  /** Fetches, unless somebody did a moment ago. */
  private void refresh() {
    if (!isDue()) {
      return;
    }
    boolean mine = held == null ? await() : fetching.tryLock();
    if (!mine) {
      return;
    }
    try {
      if (isDue()) {
        triedAtMs = clockMs.getAsLong();
        held = new Held(fetch.fetch(provider.draft()), triedAtMs);
      }
    } catch (KeyFetchException e) {
      LOG.log(
          Level.WARNING,
          "the keys of the identity provider {0} cannot be fetched: {1}",
          provider.id(),
          e.getMessage());
    } finally {
      fetching.unlock();
    }
  }

  private boolean isDue() {
    return triedAtMs == Long.MIN_VALUE
        || clockMs.getAsLong() - triedAtMs >= BETWEEN_FETCHES.toMillis();
  }

  private boolean await() {
    try {
      return fetching.tryLock(WAIT_MS, java.util.concurrent.TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
