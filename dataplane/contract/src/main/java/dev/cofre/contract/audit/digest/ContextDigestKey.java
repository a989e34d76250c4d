package dev.cofre.contract.audit.digest;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What the contexts of one tenant are digested with in one year (docs/PROTOCOL.md, "Context
 * digests"):
 *
 * <pre>
 *   key             = HKDF-Expand(year's key, "cofre audit context v1" ‖ 0x00 ‖ id (16) ‖ year u32
 *                                             ‖ u16 length of tenant ‖ tenant (UTF-8), 32)
 *   of a context    = HMAC-SHA-256(key, 0x01 ‖ canonical form)
 *   of a pair of it = HMAC-SHA-256(key, 0x02 ‖ u16 ‖ name ‖ u16 ‖ value)
 * </pre>
 *
 * <p>Thread-safe. {@link #close} overwrites it; whoever is computing meanwhile gets nothing.
 */
public final class ContextDigestKey implements AutoCloseable {
  private static final byte[] DOMAIN =
      "cofre audit context v1\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte LAST_BLOCK = 1;
  private static final byte WHOLE = 1;
  private static final byte PAIR = 2;

  private final UUID id;
  private final HmacSha256 hmac;
  private volatile boolean closed;

  /**
   * That of {@code tenant}.
   *
   * @param id of the year's key
   * @param yearKey 32 bytes; not kept
   */
  public ContextDigestKey(UUID id, int year, byte[] yearKey, String tenant) {
    this.id = id;
    byte[] key = expand(yearKey, info(id, year, tenant));
    try {
      this.hmac = new HmacSha256(key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static byte[] info(UUID id, int year, String tenant) {
    byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(
            DOMAIN.length + Uuids.LENGTH + Integer.BYTES + Short.BYTES + name.length + 1)
        .put(DOMAIN)
        .put(Uuids.bytes(id))
        .putInt(year)
        .putShort((short) name.length)
        .put(name)
        .put(LAST_BLOCK)
        .array();
  }

  /** The first block of HKDF-Expand (RFC 5869), whose counter {@code info} ends with. */
  private static byte[] expand(byte[] yearKey, byte[] info) {
    try (HmacSha256 extract = new HmacSha256(yearKey)) {
      return extract.of(info[0], info, 1, info.length - 1);
    }
  }

  /** The id of the year's key. */
  public UUID id() {
    return id;
  }

  /**
   * The digests of {@code context}.
   *
   * @param indexed the names whose pairs have a digest of their own
   * @return null when the key was closed
   */
  public ContextDigests of(EncryptionContext context, Set<String> indexed) {
    byte[] canonical = context.canonical();
    byte[] whole = hmac.of(WHOLE, canonical, 0, canonical.length);
    List<String> names = new ArrayList<>();
    List<byte[]> pairs = new ArrayList<>();
    int at = Short.BYTES;
    for (String name : context.keys()) {
      int end = behindPart(canonical, behindPart(canonical, at));
      if (indexed.contains(name)) {
        names.add(name);
        pairs.add(hmac.of(PAIR, canonical, at, end - at));
      }
      at = end;
    }
    VarHandle.loadLoadFence(); // a state that was overwritten meanwhile is seen to be closed
    return closed ? null : ContextDigests.of(id, List.of(whole), names, pairs);
  }

  private static int behindPart(byte[] canonical, int at) {
    return at + Short.BYTES + ((canonical[at] & 0xff) << 8) + (canonical[at + 1] & 0xff);
  }

  /** Overwrites it. */
  @Override
  public void close() {
    closed = true;
    VarHandle.storeStoreFence();
    hmac.close();
  }

  @Override
  public String toString() {
    return "ContextDigestKey[" + id + "]";
  }
}
