package dev.cofre.contract.envelope;

import dev.cofre.contract.encoding.Uuids;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * The form of a KEK of protection SOFTWARE, wrapped by its tenant's root KEK in the HSM with
 * AES-256-GCM:
 *
 * <pre>
 *   0        12               44         60
 *   +--------+----------------+----------+
 *   | IV     | KEK, encrypted | tag (16) |
 *   +--------+----------------+----------+
 *   additional data: "cofre software kek v1" ‖ 0x00 ‖ key id (16) ‖ version u32
 *                    ‖ u16 length of tenant ‖ tenant (UTF-8)
 * </pre>
 */
public final class SoftwareKek {
  /** The length of a wrapped KEK. */
  public static final int WRAPPED_LENGTH = 60;

  /** The length of its IV, with which it begins. */
  public static final int IV_LENGTH = 12;

  /** The length of the KEK itself. */
  public static final int LENGTH = 32;

  private static final byte[] DOMAIN =
      "cofre software kek v1\0".getBytes(StandardCharsets.US_ASCII);

  private SoftwareKek() {}

  /** What is authenticated beside the KEK of a key's version. */
  public static byte[] aad(String tenant, UUID keyId, int version) {
    byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(
            DOMAIN.length + Uuids.LENGTH + Integer.BYTES + Short.BYTES + name.length)
        .put(DOMAIN)
        .put(Uuids.bytes(keyId))
        .putInt(version)
        .putShort((short) name.length)
        .put(name)
        .array();
  }
}
