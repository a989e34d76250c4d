package dev.cofre.hsm;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.WrappingAlgorithm;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.encodings.OAEPEncoding;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.engines.RFC5649WrapEngine;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.RSAKeyParameters;

/** The other side of key transport, by BouncyCastle's own engines. */
public final class OtherSide {
  private OtherSide() {}

  /** As a sender of any length of material does it. */
  public static byte[] wrap(WrappingAlgorithm algorithm, RSAPublicKey recipient, byte[] material)
      throws Exception {
    OAEPEncoding oaep = oaep(algorithm);
    oaep.init(
        true,
        new ParametersWithRandom(
            new RSAKeyParameters(false, recipient.getModulus(), recipient.getPublicExponent())));
    if (!algorithm.isIndirect()) {
      return oaep.processBlock(material, 0, material.length);
    }
    byte[] between = KernelRandom.INSTANCE.bytes(32);
    byte[] sealed = oaep.processBlock(between, 0, between.length);
    RFC5649WrapEngine kwp = new RFC5649WrapEngine(AESEngine.newInstance());
    kwp.init(true, new KeyParameter(between));
    byte[] wrapped = kwp.wrap(material, 0, material.length);
    byte[] all = Arrays.copyOf(sealed, sealed.length + wrapped.length);
    System.arraycopy(wrapped, 0, all, sealed.length, wrapped.length);
    return all;
  }

  /** As a recipient does it. */
  public static byte[] unwrap(WrappingAlgorithm algorithm, RSAPrivateKey key, byte[] wrapped)
      throws Exception {
    int rsaBytes = key.getModulus().bitLength() / 8;
    OAEPEncoding oaep = oaep(algorithm);
    oaep.init(false, new RSAKeyParameters(true, key.getModulus(), key.getPrivateExponent()));
    byte[] between = oaep.processBlock(wrapped, 0, rsaBytes);
    RFC5649WrapEngine kwp = new RFC5649WrapEngine(AESEngine.newInstance());
    kwp.init(false, new KeyParameter(between));
    return kwp.unwrap(wrapped, rsaBytes, wrapped.length - rsaBytes);
  }

  /** AES-CMAC over a block of zeros. */
  public static String keyCheckValue(byte[] material) {
    CMac cmac = new CMac(AESEngine.newInstance());
    cmac.init(new KeyParameter(material));
    cmac.update(new byte[16], 0, 16);
    byte[] value = new byte[16];
    cmac.doFinal(value, 0);
    return HexFormat.of().formatHex(value);
  }

  private static OAEPEncoding oaep(WrappingAlgorithm algorithm) {
    Digest hash =
        algorithm.hash().equals("SHA-256") ? SHA256Digest.newInstance() : new SHA1Digest();
    return new OAEPEncoding(new RSAEngine(), hash, hash, new byte[0]);
  }
}
