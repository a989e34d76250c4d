package dev.cofre.contract.envelope;

import static dev.cofre.contract.envelope.EnvelopeFormat.DATA_KEY_ID_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.FORMAT;
import static dev.cofre.contract.envelope.EnvelopeFormat.FORMAT_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_ID_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.MAGIC;
import static dev.cofre.contract.envelope.EnvelopeFormat.PROTECTION_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.SUITE_1;
import static dev.cofre.contract.envelope.EnvelopeFormat.SUITE_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.USAGE_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.VERSION_OFFSET;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.WRAP_OFFSET;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * A data key wrapped by a KEK, with all that says whose it is: the first {@value
 * EnvelopeFormat#WRAPPED_DATA_KEY_LENGTH} bytes of an envelope, and the whole of what {@code
 * data-keys} answers as {@code wrapped}. It holds no secret.
 *
 * <p>Two are equal when all their bytes are. The HSM authenticates more than these bytes: the
 * tenant, and for usage {@link Usage#CALLER} the context. What is remembered of one (its unwrapped
 * key) is therefore remembered under its whole wrap AAD, else a wrong context would be answered
 * from memory. Immutable.
 */
public final class WrappedDataKey {
  /** The longest tenant's name, in bytes of UTF-8. */
  public static final int TENANT_BYTES_MAX = 255;

  private final byte[] bytes;
  private final int hash;

  private WrappedDataKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /**
   * The wrapped data key that stands in {@code bytes} at {@code offset}, or null when the {@value
   * EnvelopeFormat#WRAPPED_DATA_KEY_LENGTH} bytes there are not one that this release knows.
   */
  public static WrappedDataKey parse(byte[] bytes, int offset) {
    return isAt(bytes, offset)
        ? new WrappedDataKey(Arrays.copyOfRange(bytes, offset, offset + WRAPPED_DATA_KEY_LENGTH))
        : null;
  }

  /** Whether {@link #parse} finds a wrapped data key in {@code bytes} at {@code offset}. */
  public static boolean isAt(byte[] bytes, int offset) {
    return bytes.length - offset >= WRAPPED_DATA_KEY_LENGTH
        && EnvelopeFormat.getInt(bytes, offset) == MAGIC
        && bytes[offset + FORMAT_OFFSET] == FORMAT
        && bytes[offset + SUITE_OFFSET] == SUITE_1
        && Protection.of(bytes[offset + PROTECTION_OFFSET]) != null
        && Usage.of(bytes[offset + USAGE_OFFSET]) != null;
  }

  /** The usage of the wrapped data key that {@link #isAt} {@code offset}. */
  public static Usage usageAt(byte[] bytes, int offset) {
    return Usage.of(bytes[offset + USAGE_OFFSET]);
  }

  /** The protection of the wrapped data key that {@link #isAt} {@code offset}. */
  public static Protection protectionAt(byte[] bytes, int offset) {
    return Protection.of(bytes[offset + PROTECTION_OFFSET]);
  }

  /** The KMS key of the wrapped data key that {@link #isAt} {@code offset}. */
  public static UUID keyIdAt(byte[] bytes, int offset) {
    return Uuids.get(bytes, offset + KEY_ID_OFFSET);
  }

  /** The key version, unsigned, of the wrapped data key that {@link #isAt} {@code offset}. */
  public static int keyVersionAt(byte[] bytes, int offset) {
    return EnvelopeFormat.getInt(bytes, offset + VERSION_OFFSET);
  }

  /** The data key of the wrapped data key that {@link #isAt} {@code offset}. */
  public static UUID dataKeyIdAt(byte[] bytes, int offset) {
    return Uuids.get(bytes, offset + DATA_KEY_ID_OFFSET);
  }

  /** Who wraps: everything of a wrapped data key but the wrap. */
  public record Identity(
      Protection protection, Usage usage, UUID keyId, int keyVersion, UUID dataKeyId) {
    /** The first {@value EnvelopeFormat#WRAP_OFFSET} bytes. */
    byte[] bytes(int length) {
      byte[] bytes = new byte[length];
      EnvelopeFormat.putInt(bytes, 0, MAGIC);
      bytes[FORMAT_OFFSET] = FORMAT;
      bytes[SUITE_OFFSET] = SUITE_1;
      bytes[PROTECTION_OFFSET] = (byte) protection.code();
      bytes[USAGE_OFFSET] = (byte) usage.code();
      Uuids.put(keyId, bytes, KEY_ID_OFFSET);
      EnvelopeFormat.putInt(bytes, VERSION_OFFSET, keyVersion);
      Uuids.put(dataKeyId, bytes, DATA_KEY_ID_OFFSET);
      return bytes;
    }

    /**
     * Joins this identity with {@code wrap} (IV ‖ ciphertext ‖ tag, {@value
     * EnvelopeFormat#WRAP_LENGTH} bytes).
     */
    public WrappedDataKey withWrap(byte[] wrap) {
      if (wrap.length != WRAP_LENGTH) {
        throw new IllegalArgumentException("a wrap has " + WRAP_LENGTH + " bytes");
      }
      byte[] bytes = bytes(WRAPPED_DATA_KEY_LENGTH);
      System.arraycopy(wrap, 0, bytes, WRAP_OFFSET, WRAP_LENGTH);
      return new WrappedDataKey(bytes);
    }

    /** The AAD under which the HSM wraps and unwraps; see {@link WrappedDataKey#wrapAad}. */
    public byte[] wrapAad(String tenant, EncryptionContext context) {
      return aad(bytes(WRAP_OFFSET), usage, tenant, context);
    }
  }

  /** Where the KEK lives. */
  public Protection protection() {
    return Protection.of(bytes[PROTECTION_OFFSET]);
  }

  /** Who holds the data key. */
  public Usage usage() {
    return Usage.of(bytes[USAGE_OFFSET]);
  }

  /** The KMS key. */
  public UUID keyId() {
    return Uuids.get(bytes, KEY_ID_OFFSET);
  }

  /** The key version, unsigned. */
  public int keyVersion() {
    return EnvelopeFormat.getInt(bytes, VERSION_OFFSET);
  }

  /** The data key. */
  public UUID dataKeyId() {
    return Uuids.get(bytes, DATA_KEY_ID_OFFSET);
  }

  /** A copy of the wrap: IV ‖ ciphertext ‖ tag. */
  public byte[] wrap() {
    return Arrays.copyOfRange(bytes, WRAP_OFFSET, WRAPPED_DATA_KEY_LENGTH);
  }

  /** A copy of all bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Copies all bytes into {@code out} at {@code offset}. */
  public void copyTo(byte[] out, int offset) {
    System.arraycopy(bytes, 0, out, offset, WRAPPED_DATA_KEY_LENGTH);
  }

  /** Whether the same bytes stand in {@code other} at {@code offset}. */
  public boolean startsAt(byte[] other, int offset) {
    return Arrays.equals(bytes, 0, bytes.length, other, offset, offset + bytes.length);
  }

  /**
   * The AAD under which the HSM wraps and unwraps: bytes 0–43 ‖ u16 length of tenant ‖ tenant
   * (UTF-8), and for usage {@link Usage#CALLER} the canonical context.
   */
  public byte[] wrapAad(String tenant, EncryptionContext context) {
    return aad(Arrays.copyOf(bytes, WRAP_OFFSET), usage(), tenant, context);
  }

  private static byte[] aad(
      byte[] identity, Usage usage, String tenant, EncryptionContext context) {
    byte[] tenantBytes = tenant.getBytes(StandardCharsets.UTF_8);
    if (tenantBytes.length == 0
        || tenantBytes.length > TENANT_BYTES_MAX
        || !new String(tenantBytes, StandardCharsets.UTF_8).equals(tenant)) {
      throw new IllegalArgumentException(
          "a tenant's name has 1 to " + TENANT_BYTES_MAX + " bytes of well-formed UTF-8");
    }
    ByteArrayOutputStream aad = new ByteArrayOutputStream();
    aad.writeBytes(identity);
    aad.write(tenantBytes.length >>> 8);
    aad.write(tenantBytes.length);
    aad.writeBytes(tenantBytes);
    if (usage == Usage.CALLER) {
      aad.writeBytes(context.canonical());
    }
    return aad.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WrappedDataKey that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "WrappedDataKey[key="
        + keyId()
        + ", version="
        + Integer.toUnsignedString(keyVersion())
        + ", dataKey="
        + dataKeyId()
        + "]";
  }
}
