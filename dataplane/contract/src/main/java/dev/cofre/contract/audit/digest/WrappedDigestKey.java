package dev.cofre.contract.audit.digest;

import dev.cofre.contract.encoding.Uuids;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;

/**
 * The key of a year that {@link ContextDigestKey}s are made of, wrapped in the HSM with
 * AES-256-GCM:
 *
 * <pre>
 *   0        12               44         60
 *   +--------+----------------+----------+
 *   | IV     | key, encrypted | tag (16) |
 *   +--------+----------------+----------+
 *   additional data: "cofre audit digest key v1" ‖ 0x00 ‖ id (16) ‖ year u32
 * </pre>
 *
 * <p>Immutable.
 *
 * @param year of the events that it is for, UTC
 * @param kekLabel of the token object that wraps it
 */
public record WrappedDigestKey(UUID id, int year, String kekLabel, byte[] wrapped) {
  /** The length of the key itself. */
  public static final int LENGTH = 32;

  /** The length of the IV, which it begins with. */
  public static final int IV_LENGTH = 12;

  /** The length of a wrapped key. */
  public static final int WRAPPED_LENGTH = 60;

  private static final byte[] DOMAIN =
      "cofre audit digest key v1\0".getBytes(StandardCharsets.US_ASCII);

  /**
   * Takes a copy.
   *
   * @throws IllegalArgumentException when it is not of that length
   */
  public WrappedDigestKey {
    Objects.requireNonNull(id);
    Objects.requireNonNull(kekLabel);
    if (wrapped.length != WRAPPED_LENGTH) {
      throw new IllegalArgumentException(
          "a wrapped digest key has " + WRAPPED_LENGTH + " bytes, not " + wrapped.length);
    }
    wrapped = wrapped.clone();
  }

  /** A copy of all bytes. */
  @Override
  public byte[] wrapped() {
    return wrapped.clone();
  }

  /** The IV. */
  public byte[] iv() {
    return Arrays.copyOf(wrapped, IV_LENGTH);
  }

  /** Ciphertext and tag. */
  public byte[] sealed() {
    return Arrays.copyOfRange(wrapped, IV_LENGTH, WRAPPED_LENGTH);
  }

  /** What is authenticated beside it. */
  public byte[] aad() {
    return aad(id, year);
  }

  /** What is authenticated beside the key {@code id} of {@code year}. */
  public static byte[] aad(UUID id, int year) {
    return ByteBuffer.allocate(DOMAIN.length + Uuids.LENGTH + Integer.BYTES)
        .put(DOMAIN)
        .put(Uuids.bytes(id))
        .putInt(year)
        .array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WrappedDigestKey that
        && id.equals(that.id)
        && year == that.year
        && kekLabel.equals(that.kekLabel)
        && Arrays.equals(wrapped, that.wrapped);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "WrappedDigestKey[" + id + ", " + year + "]";
  }
}
