package dev.cofre.contract.audit.ship;

import dev.cofre.contract.audit.AuditRecordDecoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Records of one chain that follow each other, with what proves that they belong there: a head that
 * was signed over them or more, and the consistency proof (RFC 6962 §2.1.2) from the tree that ends
 * with them to that head. Immutable but for its arrays, which nobody may change.
 *
 * <pre>
 *  0  u32 COFS (43 4f 46 53)
 *  4  u8  format 1
 *  5  u8  kind   0 records · 1 hashes of records that are lost
 *  6  u16 proof  how many hashes
 *  8  u64 from   index of the first record
 * 16  u32 count  how many records; 0: the sender only asks where to begin
 * 20  u32 length of the entries
 * 24  u16 length of the head
 * 26  u16 nodes  how many subtrees the first {@code from} records make up
 * 28  u64 sealed how many records are under the sender's newest head
 * 36  u16 length of the key
 * 38      head (a C2SP signed note, UTF-8), key (NAME+ID+KEY), proof (32 each), nodes (32 each)
 *         entries: records as they lie in a segment, padding included, or hashes (32 each)
 * </pre>
 *
 * @param lost whether the entries are hashes: the records themselves are gone
 * @param from the index of the first record
 * @param count how many there are
 * @param entries the records, or their hashes
 * @param sealed how many records are under the sender's newest head
 * @param head that was signed over these and maybe more
 * @param key that signed it, as the sender says
 * @param proof from the tree with these records to the head
 * @param before the tree of the records before
 */
public record ShippedRecords(
    boolean lost,
    long from,
    int count,
    ByteBuffer entries,
    long sealed,
    SignedHead head,
    String key,
    List<byte[]> proof,
    CompactRange before) {
  /** The media type. */
  public static final String CONTENT_TYPE = "application/vnd.cofre.audit-records";

  /** How long all of it may be. */
  public static final int BYTES_MAX = 1 << 20;

  /** What the entries of one message may take, so that all else has room too. */
  public static final int ENTRIES_BYTES_MAX = BYTES_MAX - (16 << 10);

  private static final int MAGIC = 0x434f4653;
  private static final byte FORMAT = 1;
  private static final int FIXED_LENGTH = 38;
  private static final int HEAD_MAX = 4_096;
  private static final int PROOF_MAX = 128;

  /** The bytes of it. */
  public byte[] toBytes() {
    byte[] note = head.note().toString().getBytes(StandardCharsets.UTF_8);
    byte[] keyText = key.getBytes(StandardCharsets.UTF_8);
    byte[] nodes = before.nodes();
    int length =
        FIXED_LENGTH
            + note.length
            + keyText.length
            + proof.size() * MerkleHash.LENGTH
            + nodes.length
            + entries.remaining();
    byte[] all = new byte[length];
    ByteBuffer out = ByteBuffer.wrap(all);
    out.putInt(MAGIC).put(FORMAT).put((byte) (lost ? 1 : 0)).putShort((short) proof.size());
    out.putLong(from).putInt(count).putInt(entries.remaining());
    out.putShort((short) note.length).putShort((short) (nodes.length / MerkleHash.LENGTH));
    out.putLong(sealed).putShort((short) keyText.length).put(note).put(keyText);
    proof.forEach(out::put);
    out.put(nodes).put(entries.duplicate());
    return all;
  }

  /**
   * Reads one, its entries too.
   *
   * @throws IllegalArgumentException when {@code bytes} are none
   */
  public static ShippedRecords parse(byte[] bytes) {
    try {
      return read(ByteBuffer.wrap(bytes));
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("the message is cut", e);
    }
  }

  private static ShippedRecords read(ByteBuffer in) {
    require(in.getInt() == MAGIC && in.get() == FORMAT, "not records of an audit log, format 1");
    byte kind = in.get();
    int proofCount = Short.toUnsignedInt(in.getShort());
    long from = in.getLong();
    int count = in.getInt();
    int length = in.getInt();
    int noteLength = Short.toUnsignedInt(in.getShort());
    int nodes = Short.toUnsignedInt(in.getShort());
    long sealed = in.getLong();
    int keyLength = Short.toUnsignedInt(in.getShort());
    require(
        (kind == 0 || kind == 1)
            && from >= 0
            && count >= 0
            && sealed >= 0
            && noteLength <= HEAD_MAX
            && keyLength <= HEAD_MAX
            && proofCount <= PROOF_MAX
            && nodes == Long.bitCount(from),
        "a field is out of its range");
    SignedHead head = SignedHead.parse(text(in, noteLength));
    String key = text(in, keyLength);
    List<byte[]> proof = new ArrayList<>();
    for (int i = 0; i < proofCount; i++) {
      proof.add(take(in, MerkleHash.LENGTH));
    }
    CompactRange before = new CompactRange(from, take(in, nodes * MerkleHash.LENGTH), 0);
    require(in.remaining() == length, "the length of the entries is not that of the message");
    ShippedRecords all =
        new ShippedRecords(kind == 1, from, count, in.slice(), sealed, head, key, proof, before);
    require(all.counted() == count, "the entries are not so many records");
    return all;
  }

  /** How many entries there are; -1 when they are not well formed. */
  private int counted() {
    if (lost) {
      return entries.limit() % MerkleHash.LENGTH == 0 ? entries.limit() / MerkleHash.LENGTH : -1;
    }
    int records = 0;
    for (int at = 0; at < entries.limit(); records++) {
      if (!AuditRecordDecoder.isWhole(entries, at, entries.limit())) {
        return -1;
      }
      int end = at + entries.getInt(at);
      at = AuditRecordFormat.aligned(end);
      if (at > entries.limit()) {
        return -1;
      }
      for (int i = end; i < at; i++) {
        if (entries.get(i) != 0) {
          return -1;
        }
      }
    }
    return records;
  }

  /** The hashes of the records, one after the other. */
  public byte[] hashes() {
    byte[] hashes = new byte[count * MerkleHash.LENGTH];
    if (lost) {
      entries.get(0, hashes);
      return hashes;
    }
    MerkleHash hash = new MerkleHash();
    for (int i = 0, at = 0; i < count; i++) {
      int length = entries.getInt(at);
      hash.leaf(entries, at, length, hashes, i * MerkleHash.LENGTH);
      at += AuditRecordFormat.aligned(length);
    }
    return hashes;
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static String text(ByteBuffer in, int length) {
    return new String(take(in, length), StandardCharsets.UTF_8);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShippedRecords that && Arrays.equals(toBytes(), that.toBytes());
  }

  @Override
  public int hashCode() {
    return Long.hashCode(from) * 31 + count;
  }
}
