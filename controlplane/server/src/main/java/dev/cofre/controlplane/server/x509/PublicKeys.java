package dev.cofre.controlplane.server.x509;

import dev.cofre.controlplane.domain.CertificateKeyType;
import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
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
   * @throws dev.cofre.controlplane.domain.InvalidDocumentException when it is neither
   * @throws IOException when it cannot be read
   */
  static CertificateKeyType type(SubjectPublicKeyInfo key) throws IOException {
    ASN1ObjectIdentifier algorithm = key.getAlgorithm().getAlgorithm();
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return curve(key);
    }
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)
        && PublicKeyFactory.createKey(key) instanceof RSAKeyParameters rsa) {
      return rsa(rsa);
    }
    throw unknown();
  }

  private static CertificateKeyType curve(SubjectPublicKeyInfo key) throws IOException {
    CertificateKeyType type;
    if (SECObjectIdentifiers.secp256r1.equals(key.getAlgorithm().getParameters())) {
      type = CertificateKeyType.EC_P256;
    } else if (SECObjectIdentifiers.secp384r1.equals(key.getAlgorithm().getParameters())) {
      type = CertificateKeyType.EC_P384;
    } else {
      throw unknown();
    }
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

  private static CertificateKeyType rsa(RSAKeyParameters key) {
    if (!key.getExponent().equals(EXPONENT)) {
      throw unknown();
    }
    return switch (key.getModulus().bitLength()) {
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
