package dev.cofre.controlplane.server.x509;

import dev.cofre.controlplane.domain.CertificateKeyType;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * A key pair that the server made for a caller. Not thread-safe. {@link #close} overwrites what can
 * be overwritten: the JDK's own object of the private key is left to the garbage collector.
 */
public final class GeneratedKey implements AutoCloseable {
  private final SubjectPublicKeyInfo publicKey;
  private final byte[] pkcs8;

  private GeneratedKey(SubjectPublicKeyInfo publicKey, byte[] pkcs8) {
    this.publicKey = publicKey;
    this.pkcs8 = pkcs8;
  }

  /** A fresh key of {@code type}, which must be one of those that are generated. */
  public static GeneratedKey of(CertificateKeyType type) {
    String curve =
        switch (type) {
          case EC_P256 -> "secp256r1";
          case EC_P384 -> "secp384r1";
          default -> throw new IllegalArgumentException("no such key is generated");
        };
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      KeyPair pair = generator.generateKeyPair();
      return new GeneratedKey(
          SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
          pair.getPrivate().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK makes keys on the curves of NIST", e);
    }
  }

  /** The public half. */
  public SubjectPublicKeyInfo publicKey() {
    return publicKey;
  }

  /** The private key as the base64 of its PKCS#8; the caller's to overwrite. */
  public byte[] base64() {
    return Base64.getEncoder().encode(pkcs8);
  }

  @Override
  public void close() {
    Arrays.fill(pkcs8, (byte) 0);
  }
}
