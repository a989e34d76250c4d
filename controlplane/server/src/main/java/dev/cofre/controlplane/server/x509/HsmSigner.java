package dev.cofre.controlplane.server.x509;

import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SigningCurve;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentSigner;

/** Signs one structure with a key that stays in the HSM. Not thread-safe. */
final class HsmSigner implements ContentSigner {
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final Hsm.SigningKey key;

  HsmSigner(Hsm.SigningKey key) {
    this.key = key;
  }

  @Override
  public AlgorithmIdentifier getAlgorithmIdentifier() {
    return new AlgorithmIdentifier(
        switch (SigningCurve.of(key.publicKey())) {
          case P256 -> X9ObjectIdentifiers.ecdsa_with_SHA256;
          case P384 -> X9ObjectIdentifiers.ecdsa_with_SHA384;
        });
  }

  @Override
  public OutputStream getOutputStream() {
    return content;
  }

  @Override
  public byte[] getSignature() {
    return key.sign(content.toByteArray());
  }
}
