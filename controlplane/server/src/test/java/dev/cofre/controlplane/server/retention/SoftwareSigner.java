package dev.cofre.controlplane.server.retention;

import dev.cofre.contract.audit.seal.RemovalRecord;
import dev.cofre.contract.transparency.NoteKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Signs as the installation's key does, without a token. Thread-safe. */
final class SoftwareSigner implements RemovalSigner {
  private final KeyPair pair;

  SoftwareSigner() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    this.pair = generator.generateKeyPair();
  }

  /** The one that {@link #toString()} wrote down. */
  SoftwareSigner(String text) throws GeneralSecurityException {
    String[] halves = text.split("\\.");
    KeyFactory factory = KeyFactory.getInstance("EC");
    this.pair =
        new KeyPair(
            factory.generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(halves[0]))),
            factory.generatePrivate(new PKCS8EncodedKeySpec(HexFormat.of().parseHex(halves[1]))));
  }

  NoteKey key() {
    return new NoteKey(RemovalRecord.KEY_NAME, pair.getPublic());
  }

  @Override
  public PublicKey publicKey() {
    return pair.getPublic();
  }

  @Override
  public byte[] sign(byte[] input) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(input);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(pair.getPublic().getEncoded())
        + "."
        + HexFormat.of().formatHex(pair.getPrivate().getEncoded());
  }
}
