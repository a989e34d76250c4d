package dev.cofre.contract.transport;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The RSA public key that key material is wrapped to. Immutable.
 *
 * @param key of 3,072 or 4,096 bits, its exponent 65,537
 */
public record RecipientKey(RSAPublicKey key) {
  private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
  private static final String END = "-----END PUBLIC KEY-----";
  private static final int PEM_MAX = 2_048;
  private static final int LINE = 64;

  /** What such a key must be, for messages. */
  public static final String RULE =
      "an RSA public key of 3072 or 4096 bits with the exponent 65537, as PEM (SubjectPublicKeyInfo)";

  /** The key in {@code pem}; empty when it is none that is taken. */
  public static Optional<RecipientKey> ofPem(String pem) {
    String text = pem.strip();
    if (text.length() > PEM_MAX || !text.startsWith(BEGIN) || !text.endsWith(END)) {
      return Optional.empty();
    }
    String base64 =
        text.substring(BEGIN.length(), text.length() - END.length()).replaceAll("\\s", "");
    try {
      return ofDer(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The same from a SubjectPublicKeyInfo. */
  public static Optional<RecipientKey> ofDer(byte[] spki) {
    try {
      PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(spki));
      return key instanceof RSAPublicKey rsa && isTaken(rsa)
          ? Optional.of(new RecipientKey(rsa))
          : Optional.empty();
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  private static boolean isTaken(RSAPublicKey key) {
    BigInteger modulus = key.getModulus();
    return (modulus.bitLength() == 3_072 || modulus.bitLength() == 4_096)
        && modulus.testBit(0)
        && key.getPublicExponent().equals(BigInteger.valueOf(65_537));
  }

  /** The length of its modulus. */
  public int bytes() {
    return key.getModulus().bitLength() / Byte.SIZE;
  }

  /** SHA-256 of its SubjectPublicKeyInfo, in hexadecimal digits. */
  public String fingerprint() {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** It as PEM. */
  public String pem() {
    String base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return BEGIN + "\n" + base64 + "\n" + END + "\n";
  }
}
