package dev.cofre.benchmarks.kdf;

import dev.cofre.contract.envelope.WrappedDataKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bouncycastle.crypto.Mac;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.generators.KDFCounterBytesGenerator;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KDFCounterParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** Proves a candidate's answer with BouncyCastle before it is timed. */
public final class CandidateProof {
  private CandidateProof() {}

  /** Throws when {@code candidate} answers wrongly for {@code salt}. */
  public static void prove(
      Candidate candidate, byte[] dataKey, WrappedDataKey wrapped, byte[] salt) {
    byte[] made = new byte[CandidateDerivation.OUTPUT_LENGTH];
    candidate.under(dataKey, wrapped).derive(salt, 0, made);
    if (!Arrays.equals(made, expected(candidate, dataKey, wrapped.bytes(), salt))) {
      throw new IllegalStateException(candidate + " gives a wrong answer");
    }
  }

  private static byte[] expected(Candidate candidate, byte[] key, byte[] prefix, byte[] salt) {
    return switch (candidate) {
      case CMAC, CMAC_LIBCRYPTO ->
          commitment(
              counter(
                  new CMac(AESEngine.newInstance()),
                  key,
                  join(prefix, new byte[8], salt, bytes("cofre\2\u0080")),
                  80));
      case HMAC ->
          counter(new HMac(new SHA256Digest()), key, join(prefix, salt, bytes("cofre\2\0")), 64);
      case HKDF_EXPAND -> hkdf(HKDFParameters.skipExtractParameters(key, join(prefix, salt)));
      case HKDF -> hkdf(new HKDFParameters(key, salt, prefix));
      case DNDK -> sums(key, salt);
      case XAES -> Arrays.copyOf(blocks(key, salt, 0), 64);
    };
  }

  private static byte[] counter(Mac prf, byte[] key, byte[] fixedInput, int length) {
    KDFCounterBytesGenerator generator = new KDFCounterBytesGenerator(prf);
    generator.init(new KDFCounterParameters(key, fixedInput, null, 8));
    byte[] made = new byte[length];
    generator.generateBytes(made, 0, length);
    return made;
  }

  private static byte[] hkdf(HKDFParameters parameters) {
    HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA256Digest());
    generator.init(parameters);
    byte[] made = new byte[64];
    generator.generateBytes(made, 0, made.length);
    return made;
  }

  private static byte[] commitment(byte[] blocks) {
    byte[] out = Arrays.copyOf(blocks, 64);
    for (int i = 32; i < 64; i++) {
      out[i] ^= blocks[64 + i % 16];
    }
    return out;
  }

  private static byte[] sums(byte[] key, byte[] salt) {
    byte[] first = blocks(key, salt, 0);
    byte[] second = blocks(key, salt, 1);
    byte[] out = new byte[64];
    for (int i = 0; i < out.length; i++) {
      int base = 64 + i % 16;
      out[i] = (byte) (first[i] ^ second[i] ^ first[base] ^ second[base]);
    }
    return out;
  }

  private static byte[] blocks(byte[] key, byte[] salt, int half) {
    var aes = AESEngine.newInstance();
    aes.init(true, new KeyParameter(key));
    byte[] made = new byte[80];
    for (int i = 0; i < 5; i++) {
      byte[] block =
          join(
              new byte[] {'c', 'o', (byte) half, (byte) i},
              Arrays.copyOfRange(salt, half * 12, half * 12 + 12));
      aes.processBlock(block, 0, made, i * 16);
    }
    return made;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] joined = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }
}
