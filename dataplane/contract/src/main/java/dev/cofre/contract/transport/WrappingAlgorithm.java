package dev.cofre.contract.transport;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How key material is wrapped to an RSA key, by the names and in the forms that cloud providers
 * document (docs/PROTOCOL.md, "Key transport"). OAEP is that of RFC 8017 §7.1 with an empty label,
 * its MGF1 over the same hash; KWP is AES Key Wrap with Padding, RFC 5649.
 */
public enum WrappingAlgorithm {
  /** OAEP of a fresh AES key, then KWP of the material under it; the hash is SHA-256. */
  RSA_AES_KEY_WRAP_SHA_256("SHA-256", true),
  /** The same; the hash is SHA-1, as CKM_RSA_AES_KEY_WRAP has it by default. */
  RSA_AES_KEY_WRAP_SHA_1("SHA-1", true),
  /** OAEP of the material itself; the hash is SHA-256. */
  RSA_OAEP_SHA_256("SHA-256", false);

  /** The length of a KEK. */
  public static final int MATERIAL_LENGTH = 32;

  /** The length of a KEK after KWP: the material and one half block. */
  public static final int KWP_LENGTH = MATERIAL_LENGTH + 8;

  private final String hash;
  private final boolean indirect;

  WrappingAlgorithm(String hash, boolean indirect) {
    this.hash = hash;
    this.indirect = indirect;
  }

  /** OAEP's hash, as the JCA names it. */
  public String hash() {
    return hash;
  }

  /** Whether an AES key stands between the RSA key and the material. */
  public boolean isIndirect() {
    return indirect;
  }

  /** How long wrapped material is for an RSA key whose modulus has {@code rsaBytes}. */
  public int wrappedLength(int rsaBytes) {
    return indirect ? rsaBytes + KWP_LENGTH : rsaBytes;
  }

  /** The algorithm with that name; empty when there is none. */
  public static Optional<WrappingAlgorithm> find(String name) {
    return Arrays.stream(values()).filter(one -> one.name().equals(name)).findFirst();
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(Enum::name).toList();
  }
}
