package dev.cofre.hsm;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;

/** A P-256 private key in the token. */
record TokenSigningKey(Provider provider, PrivateKey privateKey, PublicKey publicKey)
    implements Hsm.SigningKey {
  @Override
  public byte[] sign(byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA", provider);
      signature.initSign(privateKey);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new HsmException("the HSM could not sign", e);
    }
  }

  @Override
  public String toString() {
    return "TokenSigningKey[…]";
  }
}
