package dev.cofre.engine.identity;

import com.google.protobuf.ByteString;
import dev.cofre.contract.identity.ExchangedToken;
import dev.cofre.contract.identity.TokenClaims;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.policy.AuthenticationStrength;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotState;

/**
 * Finds out who a caller is, by what a snapshot says. Thread-safe; never blocks.
 *
 * <p>A token is looked up by its digest: first among those that principals have, then among the
 * exchanged ones that were verified. Only one that is in neither place and has the form of an
 * exchanged token is verified, and that not for an address that is being slowed.
 */
public final class Callers {
  private static final String TOKEN = AuthenticationStrength.TOKEN.text();
  private static final String JWT = AuthenticationStrength.JWT.text();
  private static final String MTLS = AuthenticationStrength.MTLS.text();

  private final ExchangedTokens exchanged;
  private final FailedAttempts failures;

  /** Finds callers by {@code exchanged} tokens too; notes failures in {@code failures}. */
  public Callers(ExchangedTokens exchanged, FailedAttempts failures) {
    this.exchanged = exchanged;
    this.failures = failures;
  }

  /**
   * Whose {@code token} it is, or null.
   *
   * @param address where it came from; null when that is not known, and nobody is slowed
   * @throws ProblemException {@code too_many_attempts} when the token is not known and its address
   *     is being slowed
   */
  public Identity byToken(SnapshotState state, byte[] token, String address) {
    if (token == null) {
      failed(address);
      return null;
    }
    return byToken(state, token, SnapshotState.tokenDigest(token), address);
  }

  /** The same for who knows the token's {@code digest} already. */
  public Identity byToken(SnapshotState state, byte[] token, ByteString digest, String address) {
    Identity known = byDigest(state, digest);
    if (known != null) {
      return known;
    }
    if (address != null) {
      failures.requireTurn(address);
    }
    if (ExchangedToken.isForm(token)) {
      exchanged.verify(state, digest, token);
      Identity verified = byDigest(state, digest);
      if (verified != null) {
        return verified;
      }
    }
    failed(address);
    return null;
  }

  /** Whose token has {@code digest}, among those that are known already; or null. */
  public Identity byDigest(SnapshotState state, ByteString digest) {
    PrincipalMetadata principal = state.principal(digest);
    if (principal != null) {
      return new Identity(principal, TOKEN);
    }
    TokenClaims claims = exchanged.remembered(digest);
    PrincipalMetadata holder = claims == null ? null : exchanged.principal(state, claims);
    return holder == null ? null : new Identity(holder, JWT);
  }

  /** Whose client certificates carry {@code spiffeId}, or null. */
  public Identity bySpiffeId(SnapshotState state, String spiffeId, String address) {
    PrincipalMetadata principal = state.principalOfSpiffeId(spiffeId);
    if (principal == null) {
      failed(address);
      return null;
    }
    return new Identity(principal, MTLS);
  }

  private void failed(String address) {
    if (address != null) {
      failures.failed(address);
    }
  }

  /** The refusal of who proved nothing, the same for every reason. */
  public static ProblemException unauthenticated() {
    return new ProblemException(
        ErrorCode.UNAUTHENTICATED,
        "send a valid token in the header Authorization: Bearer <token>");
  }
}
