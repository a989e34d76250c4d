package dev.cofre.benchmarks.kdf;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/** SP 800-108r1 counter mode, PRF HMAC-SHA-256, counter after the fixed input; one keyed Mac. */
final class HmacCounterDerivation implements CandidateDerivation {
  private static final byte[] LABEL = "cofre\2\0".getBytes(StandardCharsets.ISO_8859_1);

  private final Mac mac;
  private final byte[] prefix;

  HmacCounterDerivation(byte[] dataKey, byte[] prefix) {
    this.prefix = prefix;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(dataKey, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void derive(byte[] salt, int saltOffset, byte[] out) {
    try {
      for (int i = 1; i <= 2; i++) {
        mac.update(prefix);
        mac.update(salt, saltOffset, SALT_LENGTH);
        mac.update(LABEL);
        mac.update((byte) i);
        mac.doFinal(out, (i - 1) * 32);
      }
    } catch (ShortBufferException e) {
      throw new IllegalStateException(e);
    }
  }
}
