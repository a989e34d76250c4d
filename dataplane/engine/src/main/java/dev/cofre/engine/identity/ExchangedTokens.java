package dev.cofre.engine.identity;

import com.google.protobuf.ByteString;
import dev.cofre.contract.identity.ExchangedToken;
import dev.cofre.contract.identity.TokenClaims;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import java.security.PublicKey;
import java.time.Clock;
import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Verifies exchanged tokens, each once: what was verified is remembered by the token's digest, so
 * that a later use costs a look-up. Thread-safe; never blocks.
 *
 * <p>What can change is looked at each time: that the token has not expired, and that the snapshot
 * still has its principal with the credential revision that the token names.
 *
 * <p>Memory: at most {@value #REMEMBERED_MAX} tokens, about 400 bytes each. Only what was signed
 * gets in. When it is full, the expired go, then any.
 */
public final class ExchangedTokens {
  /** How many verified tokens are remembered. */
  public static final int REMEMBERED_MAX = 20_000;

  /** A clock that is behind the signer's by more than this refuses fresh tokens. */
  private static final long SKEW_MS = 60_000;

  private final PublicKey key;
  private final Clock clock;
  private final ConcurrentMap<ByteString, TokenClaims> verified = new ConcurrentHashMap<>();

  /**
   * Verifies with {@code key}.
   *
   * @param key the installation's; null when no exchanged token is accepted
   */
  public ExchangedTokens(PublicKey key, Clock clock) {
    this.key = key;
    this.clock = clock;
  }

  /** Whose {@code token} it is by {@code state}, or null. */
  public PrincipalMetadata principal(SnapshotState state, byte[] token) {
    ByteString digest = SnapshotState.tokenDigest(token);
    TokenClaims claims = remembered(digest);
    if (claims == null) {
      claims = verify(state, digest, token);
    }
    return claims == null ? null : principal(state, claims);
  }

  /** What a token that was verified before says, or null. */
  TokenClaims remembered(ByteString digest) {
    return verified.get(digest);
  }

  /**
   * What {@code token} says, when it is one that counts now; else null. The signature comes last:
   * what cannot count costs no computation.
   */
  TokenClaims verify(SnapshotState state, ByteString digest, byte[] token) {
    TokenClaims claims = key == null ? null : ExchangedToken.claims(token);
    if (claims == null
        || principal(state, claims) == null
        || !ExchangedToken.verifies(token, key)) {
      return null;
    }
    if (verified.size() >= REMEMBERED_MAX) {
      makeRoom();
    }
    verified.put(digest, claims);
    return claims;
  }

  /** The principal of {@code claims}, when they count now; else null. */
  PrincipalMetadata principal(SnapshotState state, TokenClaims claims) {
    long nowMs = clock.millis();
    if (claims.expiresAtMs() <= nowMs
        || claims.issuedAtMs() > nowMs + SKEW_MS
        || claims.epoch() != state.epoch()) {
      return null;
    }
    PrincipalMetadata principal = state.principal(claims.principal());
    return principal != null && principal.credentialRevision() == claims.credentialRevision()
        ? principal
        : null;
  }

  private void makeRoom() {
    long nowMs = clock.millis();
    verified.values().removeIf(claims -> claims.expiresAtMs() <= nowMs);
    Iterator<ByteString> any = verified.keySet().iterator();
    for (int left = verified.size(); left >= REMEMBERED_MAX && any.hasNext(); left--) {
      any.next();
      any.remove();
    }
  }

  /** How many are remembered. */
  public int remembered() {
    return verified.size();
  }
}
