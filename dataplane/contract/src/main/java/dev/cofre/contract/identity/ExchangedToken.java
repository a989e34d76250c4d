package dev.cofre.contract.identity;

import dev.cofre.contract.snapshot.SnapshotVerifier;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;

/**
 * A short-lived bearer token that the control plane signed: {@code cofre_x_}, the claims in
 * base64url, a dot, the signature in base64url (docs/IDENTITY.md). Stateless.
 *
 * <p>What is signed is the domain {@code cofre token v1} ‖ 0x00 followed by the claims' bytes, by
 * the installation's key, whose other signatures have other domains. Whoever pins that key, as
 * every node does, verifies a token without asking anybody.
 */
public final class ExchangedToken {
  /** The longest token, in characters: that of any bearer token. */
  public static final int LENGTH_MAX = 512;

  private static final byte[] PREFIX = "cofre_x_".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DOMAIN = "cofre token v1\0".getBytes(StandardCharsets.US_ASCII);
  private static final int SIGNATURE_BYTES_MAX = 72;

  private ExchangedToken() {}

  /**
   * The token that says {@code claims}.
   *
   * @param signer signs as {@link SnapshotVerifier#ALGORITHM} says, with the installation's key
   */
  public static String make(TokenClaims claims, UnaryOperator<byte[]> signer) {
    byte[] encoded = claims.encoded();
    Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
    return new String(PREFIX, StandardCharsets.US_ASCII)
        + base64.encodeToString(encoded)
        + "."
        + base64.encodeToString(signer.apply(signingInput(encoded)));
  }

  /** Whether {@code token} has the form of one: else nobody needs to look further. */
  public static boolean isForm(byte[] token) {
    return token.length <= LENGTH_MAX
        && token.length > PREFIX.length
        && Arrays.equals(token, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
  }

  /**
   * What {@code token} says, whoever wrote it, or null when it has no such form. It is believed
   * only after {@link #verifies}.
   */
  public static TokenClaims claims(byte[] token) {
    byte[] encoded = isForm(token) ? part(token, PREFIX.length, dot(token)) : null;
    return encoded == null ? null : TokenClaims.parse(encoded);
  }

  /** Whether the holder of {@code key}'s private half signed {@code token}. Costs about 0.2 ms. */
  public static boolean verifies(byte[] token, PublicKey key) {
    int dot = isForm(token) ? dot(token) : -1;
    byte[] encoded = part(token, PREFIX.length, dot);
    byte[] signature = part(token, dot + 1, token.length);
    if (dot < 0 || encoded == null || signature == null || signature.length > SIGNATURE_BYTES_MAX) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(SnapshotVerifier.ALGORITHM);
      verifier.initVerify(key);
      verifier.update(signingInput(encoded));
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static int dot(byte[] token) {
    for (int i = PREFIX.length; i < token.length; i++) {
      if (token[i] == '.') {
        return i;
      }
    }
    return -1;
  }

  /** The bytes that the canonical base64url from {@code from} to {@code to} stands for, or null. */
  private static byte[] part(byte[] token, int from, int to) {
    if (to <= from) {
      return null;
    }
    byte[] text = Arrays.copyOfRange(token, from, to);
    try {
      byte[] decoded = Base64.getUrlDecoder().decode(text);
      return Arrays.equals(text, Base64.getUrlEncoder().withoutPadding().encode(decoded))
          ? decoded
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static byte[] signingInput(byte[] claims) {
    byte[] input = Arrays.copyOf(DOMAIN, DOMAIN.length + claims.length);
    System.arraycopy(claims, 0, input, DOMAIN.length, claims.length);
    return input;
  }
}
