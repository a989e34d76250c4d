package dev.cofre.contract.transport;

import dev.cofre.contract.random.RandomSource;
import java.security.GeneralSecurityException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** The sender's side of key transport, by the JDK's own ciphers. Stateless. */
public final class MaterialWrapper {
  private MaterialWrapper() {}

  /**
   * Wraps {@code material} to {@code recipient}.
   *
   * @param material 32 bytes, which the caller overwrites
   * @param random for the AES key in between
   * @return as long as {@link WrappingAlgorithm#wrappedLength} says
   */
  public static byte[] wrap(
      WrappingAlgorithm algorithm, RSAPublicKey recipient, byte[] material, RandomSource random) {
    if (material.length != WrappingAlgorithm.MATERIAL_LENGTH) {
      throw new IllegalArgumentException(
          "key material has " + WrappingAlgorithm.MATERIAL_LENGTH + " bytes");
    }
    if (!algorithm.isIndirect()) {
      return oaep(algorithm, recipient, material);
    }
    byte[] between = random.bytes(WrappingAlgorithm.MATERIAL_LENGTH);
    try {
      byte[] sealed = oaep(algorithm, recipient, between);
      byte[] kwp = kwp(new SecretKeySpec(between, "AES"), material);
      byte[] wrapped = Arrays.copyOf(sealed, sealed.length + kwp.length);
      System.arraycopy(kwp, 0, wrapped, sealed.length, kwp.length);
      return wrapped;
    } finally {
      Arrays.fill(between, (byte) 0);
    }
  }

  private static byte[] oaep(WrappingAlgorithm algorithm, RSAPublicKey recipient, byte[] bytes) {
    try {
      Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
      rsa.init(Cipher.ENCRYPT_MODE, recipient, parameters(algorithm));
      return rsa.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the recipient's key is no usable RSA key", e);
    }
  }

  /** OAEP's parameters: the JDK's own names would take MGF1 over SHA-1 whatever the hash is. */
  private static AlgorithmParameterSpec parameters(WrappingAlgorithm algorithm) {
    return new OAEPParameterSpec(
        algorithm.hash(),
        "MGF1",
        new MGF1ParameterSpec(algorithm.hash()),
        PSource.PSpecified.DEFAULT);
  }

  private static byte[] kwp(SecretKey key, byte[] material) {
    try {
      Cipher kwp = Cipher.getInstance("AES/KWP/NoPadding");
      kwp.init(Cipher.WRAP_MODE, key);
      return kwp.wrap(new SecretKeySpec(material, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks AES/KWP", e);
    }
  }
}
