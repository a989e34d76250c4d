package dev.cofre.contract.random;

/** Where salts, IVs, keys and tokens come from. Implementations are thread-safe. */
@FunctionalInterface
public interface RandomSource {
  /** Fills {@code length} bytes of {@code out} from {@code offset} on with unpredictable bytes. */
  void fill(byte[] out, int offset, int length);

  /** {@code length} fresh bytes. */
  default byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    fill(bytes, 0, length);
    return bytes;
  }
}
