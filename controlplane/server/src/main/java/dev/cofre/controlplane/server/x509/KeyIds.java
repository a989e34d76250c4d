package dev.cofre.controlplane.server.x509;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** Identifiers of keys: 160 bits of the SHA-256 of the key's bits (RFC 7093, method 1). */
final class KeyIds {
  private static final int LENGTH = 20;

  private KeyIds() {}

  static SubjectKeyIdentifier subject(SubjectPublicKeyInfo key) {
    return new SubjectKeyIdentifier(of(key));
  }

  static AuthorityKeyIdentifier authority(SubjectPublicKeyInfo key) {
    return new AuthorityKeyIdentifier(of(key));
  }

  private static byte[] of(SubjectPublicKeyInfo key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getPublicKeyData().getBytes());
      return Arrays.copyOf(digest, LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
