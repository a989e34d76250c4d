package dev.cofre.controlplane.server.identity;

import dev.cofre.contract.identity.ExchangedToken;
import dev.cofre.contract.identity.TokenClaims;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.controlplane.server.signing.InstallationKey;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Makes exchanged tokens. Thread-safe; calls the HSM, so it is not called on an event loop. */
public final class TokenMint {
  /** How long a token counts unless less is asked for. */
  public static final Duration VALIDITY = Duration.ofMinutes(15);

  /** The longest that a token counts. */
  public static final Duration VALIDITY_MAX = Duration.ofHours(1);

  private final InstallationKey key;
  private final RandomSource random;
  private final Clock clock;

  /** Signs with {@code key}. */
  public TokenMint(InstallationKey key, RandomSource random, Clock clock) {
    this.key = key;
    this.random = random;
    this.clock = clock;
  }

  /**
   * A token.
   *
   * @param expiresAt until when it counts
   */
  public record Minted(String text, Instant expiresAt, long seconds) {
    @Override
    public String toString() {
      return "Minted[until " + expiresAt + "]";
    }
  }

  /**
   * A token for {@code principal} as it stands in the snapshots of {@code epoch}.
   *
   * @param source the identity provider that vouched for its holder
   * @param validity how long it is to count
   * @param atMost when it is to end at the latest
   */
  public Minted mint(
      PrincipalMetadata principal, long epoch, String source, Duration validity, Instant atMost) {
    Instant now = clock.instant();
    Instant end = now.plus(validity);
    Instant expiresAt = end.isAfter(atMost) ? atMost : end;
    TokenClaims claims =
        new TokenClaims(
            epoch,
            principal.credentialRevision(),
            now.toEpochMilli(),
            expiresAt.toEpochMilli(),
            random.bytes(TokenClaims.ID_LENGTH),
            principal.id(),
            source);
    return new Minted(
        ExchangedToken.make(claims, key::sign),
        expiresAt,
        Math.max(0, Duration.between(now, expiresAt).toSeconds()));
  }
}
