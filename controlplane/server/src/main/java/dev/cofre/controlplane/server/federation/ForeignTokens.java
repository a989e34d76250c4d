package dev.cofre.controlplane.server.federation;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.IdentityProvider;
import dev.cofre.controlplane.domain.IdentityProviderDraft;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Verifies the signed tokens of identity providers (RFC 7519, RFC 7515, RFC 8725). Thread-safe; may
 * fetch a provider's keys, so it is not called on an event loop.
 *
 * <p>The key comes from the provider's own set alone, by key id and algorithm: what a token says of
 * where to find one ({@code jku}, {@code x5u}, {@code jwk}, {@code x5c}) is passed over.
 */
public final class ForeignTokens {
  /** The longest token that is looked at, in characters. */
  public static final int LENGTH_MAX = 16_384;

  private static final int SOURCES_MAX = 1_000;

  private final Clock clock;
  private final KeyFetch fetch = new KeyFetch();
  private final Map<String, KeySource> sources =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, KeySource> eldest) {
          return size() > SOURCES_MAX;
        }
      };

  /** Verifies by the time of {@code clock}. */
  public ForeignTokens(Clock clock) {
    this.clock = clock;
  }

  /**
   * What a verified token says.
   *
   * @param claims all of them
   */
  public record Verified(String subject, Instant expiresAt, Map<String, Object> claims) {}

  /**
   * Looks whether what {@code provider} holds can be used.
   *
   * @throws InvalidDocumentException naming the field that cannot
   */
  public static void check(IdentityProviderDraft provider) {
    try {
      provider.jwks().ifPresent(KeySet::parse);
    } catch (IllegalArgumentException e) {
      throw new InvalidDocumentException(
          List.of(new FieldError("jwks", "cannot be used: " + e.getMessage())));
    }
    try {
      if (provider.jwksCa().isPresent()) {
        KeyFetch.trusting(provider.jwksCa().get());
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new InvalidDocumentException(
          List.of(new FieldError("jwksCa", "must be PEM of at least one certificate")));
    }
  }

  /** Who {@code token} says that it is from, which nobody has verified yet. */
  public static Optional<String> issuer(String token) {
    if (token.length() > LENGTH_MAX || token.chars().filter(c -> c == '.').count() != 2) {
      return Optional.empty();
    }
    try {
      JwtClaims unverified =
          new JwtConsumerBuilder()
              .setSkipAllValidators()
              .setDisableRequireSignature()
              .setSkipSignatureVerification()
              .setJwsAlgorithmConstraints(AlgorithmConstraints.DISALLOW_NONE)
              .build()
              .processToClaims(token);
      return Optional.ofNullable(unverified.getIssuer());
    } catch (InvalidJwtException | MalformedClaimException e) {
      return Optional.empty();
    }
  }

  /**
   * What {@code token} says, when {@code provider} signed it and it counts now.
   *
   * @throws ProblemException {@code identity_provider_unavailable}
   */
  public Optional<Verified> verify(IdentityProvider provider, String token) {
    IdentityProviderDraft rules = provider.draft();
    KeySource source = source(provider);
    try {
      JwtClaims claims =
          new JwtConsumerBuilder()
              .setJwsAlgorithmConstraints(
                  new AlgorithmConstraints(
                      ConstraintType.PERMIT, rules.algorithms().toArray(String[]::new)))
              .setVerificationKeyResolver((jws, nested) -> key(source, jws))
              .setExpectedIssuer(true, rules.issuer())
              .setExpectedAudience(true, rules.audiences().toArray(String[]::new))
              .setRequireSubject()
              .setRequireExpirationTime()
              .setAllowedClockSkewInSeconds((int) rules.clockSkewSeconds())
              .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
              .build()
              .processToClaims(token);
      return isShortLived(rules, claims) && fits(rules, claims)
          ? Optional.of(verified(claims))
          : Optional.empty();
    } catch (InvalidJwtException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof ProblemException problem) {
          throw problem;
        }
      }
      return Optional.empty();
    } catch (MalformedClaimException e) {
      return Optional.empty();
    }
  }

  private synchronized KeySource source(IdentityProvider provider) {
    KeySource source = sources.get(provider.id());
    if (source == null || !source.isOf(provider)) {
      source = new KeySource(provider, fetch, clock::millis);
      sources.put(provider.id(), source);
    }
    return source;
  }

  private static java.security.Key key(KeySource source, JsonWebStructure jws)
      throws UnresolvableKeyException {
    PublicJsonWebKey key = source.find(jws.getKeyIdHeaderValue(), String.valueOf(algorithm(jws)));
    if (key == null) {
      throw new UnresolvableKeyException("the provider has no such key");
    }
    return key.getPublicKey();
  }

  private static String algorithm(JsonWebStructure jws) throws UnresolvableKeyException {
    try {
      return jws.getAlgorithm().getAlgorithmIdentifier();
    } catch (JoseException e) {
      throw new UnresolvableKeyException("the algorithm is not allowed", e);
    }
  }

  /** Neither made for longer than is allowed, nor valid for longer from now on, nor made later. */
  private boolean isShortLived(IdentityProviderDraft rules, JwtClaims claims)
      throws MalformedClaimException {
    long nowS = clock.millis() / 1_000;
    long expiresAtS = claims.getExpirationTime().getValue();
    NumericDate issuedAt = claims.getIssuedAt();
    return expiresAtS - nowS <= rules.maxTokenSeconds() + rules.clockSkewSeconds()
        && (issuedAt == null
            || (expiresAtS - issuedAt.getValue() <= rules.maxTokenSeconds()
                && issuedAt.getValue() <= nowS + rules.clockSkewSeconds()));
  }

  /** A cluster's token tells the service account a second time, bound to this audience. */
  private static boolean fits(IdentityProviderDraft rules, JwtClaims claims)
      throws MalformedClaimException {
    if (rules.kind() != IdentityProviderDraft.Kind.KUBERNETES) {
      return true;
    }
    return claims.getClaimValue("kubernetes.io") instanceof Map<?, ?> cluster
        && cluster.get("serviceaccount") instanceof Map<?, ?> account
        && claims
            .getSubject()
            .equals(
                "system:serviceaccount:" + cluster.get("namespace") + ":" + account.get("name"));
  }

  private static Verified verified(JwtClaims claims) throws MalformedClaimException {
    return new Verified(
        claims.getSubject(),
        Instant.ofEpochMilli(claims.getExpirationTime().getValueInMillis()),
        claims.getClaimsMap());
  }
}
