package dev.cofre.controlplane.server.x509;

import dev.cofre.controlplane.domain.CertificateKeyType;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/** Which public keys are certified at all. Stateless. */
final class PublicKeys {
  private static final BigInteger EXPONENT = BigInteger.valueOf(65_537);
  private static final byte UNCOMPRESSED = 4;

  private PublicKeys() {}

  /**
   * What {@code key} is: a point that is on a named curve, or an RSA modulus of a length that is
   * certified, without small factors, with the exponent 65,537.
   *
   * <p>Lengths and types are looked at before any arithmetic: BouncyCastle tests a modulus for
   * being prime when it makes a key of it, which takes seconds of what is long enough.
   *
   * @param permitted the types that are to be certified
   * @throws dev.cofre.controlplane.domain.InvalidDocumentException when it is neither
   * @throws dev.cofre.contract.problem.ProblemException {@code forbidden} when its type is not
   *     permitted
   * @throws IOException when it cannot be read
   */
  static CertificateKeyType type(SubjectPublicKeyInfo key, Set<CertificateKeyType> permitted)
      throws IOException {
    ASN1ObjectIdentifier algorithm = key.getAlgorithm().getAlgorithm();
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return curve(key, permitted);
    }
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      return rsa(key, permitted);
    }
    throw unknown();
  }

  private static CertificateKeyType curve(
      SubjectPublicKeyInfo key, Set<CertificateKeyType> permitted) throws IOException {
    CertificateKeyType type;
    if (SECObjectIdentifiers.secp256r1.equals(key.getAlgorithm().getParameters())) {
      type = CertificateKeyType.EC_P256;
    } else if (SECObjectIdentifiers.secp384r1.equals(key.getAlgorithm().getParameters())) {
      type = CertificateKeyType.EC_P384;
    } else {
      throw unknown();
    }
    RoleRules.requireType(permitted, type);
    byte[] point = key.getPublicKeyData().getBytes();
    if (point.length == 0 || point[0] != UNCOMPRESSED) {
      throw SigningRequest.wrong("must have its point uncompressed");
    }
    // It refuses what is not on the curve.
    if (PublicKeyFactory.createKey(key) instanceof ECPublicKeyParameters) {
      return type;
    }
    throw unknown();
  }

  private static CertificateKeyType rsa(SubjectPublicKeyInfo key, Set<CertificateKeyType> permitted)
      throws IOException {
    RSAPublicKey parts = RSAPublicKey.getInstance(key.parsePublicKey());
    if (!parts.getPublicExponent().equals(EXPONENT)) {
      throw unknown();
    }
    CertificateKeyType type = ofLength(parts.getModulus().bitLength());
    RoleRules.requireType(permitted, type);
    // It refuses what has small factors, or is prime.
    if (PublicKeyFactory.createKey(key) instanceof RSAKeyParameters) {
      return type;
    }
    throw unknown();
  }

  private static CertificateKeyType ofLength(int modulusBits) {
    return switch (modulusBits) {
      case 2_048 -> CertificateKeyType.RSA_2048;
      case 3_072 -> CertificateKeyType.RSA_3072;
      case 4_096 -> CertificateKeyType.RSA_4096;
      default -> throw unknown();
    };
  }

  private static RuntimeException unknown() {
    return SigningRequest.wrong(
        "must be for a key on P-256 or P-384 by the curve's name, or for RSA of 2048, 3072 or 4096"
            + " bits with the exponent 65537");
  }
}
