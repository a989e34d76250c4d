package dev.cofre.benchmarks.kdf;

import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.function.Function;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** RFC 5869 with SHA-256 by the JDK's KDF API. */
final class HkdfDerivation implements CandidateDerivation {
  private final KDF kdf;
  private final Function<byte[], AlgorithmParameterSpec> parameters;

  private HkdfDerivation(Function<byte[], AlgorithmParameterSpec> parameters) {
    this.parameters = parameters;
    try {
      kdf = KDF.getInstance("HKDF-SHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The salt goes into the info, behind the prefix. */
  static HkdfDerivation expand(byte[] dataKey, byte[] prefix) {
    SecretKey key = new SecretKeySpec(dataKey, "HKDF-SHA256");
    return new HkdfDerivation(
        salt -> {
          byte[] info = Arrays.copyOf(prefix, prefix.length + salt.length);
          System.arraycopy(salt, 0, info, prefix.length, salt.length);
          return HKDFParameterSpec.expandOnly(key, info, OUTPUT_LENGTH);
        });
  }

  /** The salt goes into the extraction, the prefix into the info. */
  static HkdfDerivation extractAndExpand(byte[] dataKey, byte[] prefix) {
    SecretKey key = new SecretKeySpec(dataKey, "Generic");
    return new HkdfDerivation(
        salt ->
            HKDFParameterSpec.ofExtract()
                .addIKM(key)
                .addSalt(salt)
                .thenExpand(prefix, OUTPUT_LENGTH));
  }

  @Override
  public void derive(byte[] salt, int saltOffset, byte[] out) {
    try {
      byte[] made =
          kdf.deriveData(
              parameters.apply(Arrays.copyOfRange(salt, saltOffset, saltOffset + SALT_LENGTH)));
      System.arraycopy(made, 0, out, 0, OUTPUT_LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
