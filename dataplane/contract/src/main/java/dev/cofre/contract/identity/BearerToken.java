package dev.cofre.contract.identity;

import dev.cofre.contract.random.RandomSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A bearer token: {@code cofre_} and 256 random bits in base64url. Immutable; it does not show
 * itself.
 */
public final class BearerToken {
  private static final String PREFIX = "cofre_";
  private static final int RANDOM_BYTES = 32;
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/=-]{16,512}");
  private static final String SCHEME = "Bearer ";

  private final String text;

  private BearerToken(String text) {
    this.text = text;
  }

  /** A fresh token. */
  public static BearerToken generate(RandomSource random) {
    return new BearerToken(
        PREFIX
            + Base64.getUrlEncoder().withoutPadding().encodeToString(random.bytes(RANDOM_BYTES)));
  }

  /** The token in an {@code Authorization} header's value, when there is one. */
  public static Optional<BearerToken> fromHeader(String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String text = authorization.substring(SCHEME.length()).strip();
    return FORM.matcher(text).matches() ? Optional.of(new BearerToken(text)) : Optional.empty();
  }

  /** SHA-256 of the token: all that is stored of it. */
  public byte[] digest() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** The token of {@code text}, which a service has given. */
  public static BearerToken of(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("this is no bearer token");
    }
    return new BearerToken(text);
  }

  /** The token itself, to be verified. */
  public byte[] bytes() {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The one line of a token file. */
  public byte[] fileContents() {
    return (text + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String toString() {
    return "BearerToken[…]";
  }
}
