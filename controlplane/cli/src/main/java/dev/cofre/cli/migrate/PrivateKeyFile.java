package dev.cofre.cli.migrate;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** A recipient's RSA key in PEM. Immutable; the JDK keeps copies that are not overwritten. */
public record PrivateKeyFile(RSAPrivateCrtKey key, RSAPublicKey own) {
  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";
  private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);

  /** The key in {@code pem}, unencrypted PKCS #8; empty when it is none. */
  public static Optional<PrivateKeyFile> read(byte[] pem) {
    String text = new String(pem, StandardCharsets.US_ASCII).strip();
    if (!text.startsWith(BEGIN) || !text.endsWith(END)) {
      return Optional.empty();
    }
    byte[] der = null;
    try {
      der =
          Base64.getMimeDecoder()
              .decode(text.substring(BEGIN.length(), text.length() - END.length()));
      KeyFactory rsa = KeyFactory.getInstance("RSA");
      return rsa.generatePrivate(new PKCS8EncodedKeySpec(der)) instanceof RSAPrivateCrtKey key
              && key.getPublicExponent().equals(EXPONENT)
          ? Optional.of(
              new PrivateKeyFile(
                  key,
                  (RSAPublicKey)
                      rsa.generatePublic(
                          new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()))))
          : Optional.empty();
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    } finally {
      if (der != null) {
        Arrays.fill(der, (byte) 0);
      }
    }
  }

  @Override
  public String toString() {
    return "PrivateKeyFile[]";
  }
}
