package dev.cofre.hsm;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;

/** The curves on which tokens sign, each with the digest of its strength. */
public enum SigningCurve {
  /** NIST P-256, with SHA-256. */
  P256("secp256r1", 256, "SHA256withECDSA"),
  /** NIST P-384, with SHA-384. */
  P384("secp384r1", 384, "SHA384withECDSA");

  private final String standardName;
  private final int fieldBits;
  private final String signature;

  SigningCurve(String standardName, int fieldBits, String signature) {
    this.standardName = standardName;
    this.fieldBits = fieldBits;
    this.signature = signature;
  }

  /** As the JDK calls it. */
  public String standardName() {
    return standardName;
  }

  /** What signs with a key on it, as the JDK calls it. */
  public String signature() {
    return signature;
  }

  /**
   * The curve that {@code key} is on.
   *
   * @throws HsmException when it is on none of these
   */
  public static SigningCurve of(PublicKey key) {
    if (key instanceof ECPublicKey ec) {
      for (SigningCurve curve : values()) {
        if (ec.getParams().getCurve().getField().getFieldSize() == curve.fieldBits) {
          return curve;
        }
      }
    }
    throw new HsmException("the token's key is on no curve that is signed with");
  }
}
