package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditRecordDecoder;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.contract.transparency.NoteKey;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Proof that an event is in an audit log, for who holds nothing else but the log's public key: the
 * record, its place, the path to the root, and the signed head (C2SP tlog-proof; the record is its
 * extra data). Immutable.
 *
 * @param record as it lies in the log, without its padding
 * @param index which of the chain's records it is
 * @param path of the inclusion proof
 * @param head whose tree holds it
 */
public record Receipt(byte[] record, long index, List<byte[]> path, SignedHead head) {
  private static final String FIRST_LINE = "c2sp.org/tlog-proof@v1";
  private static final String EXTRA = "extra ";
  private static final String INDEX = "index ";

  /** Takes a copy. */
  public Receipt {
    record = record.clone();
    path = List.copyOf(path);
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when {@code text} is none
   */
  public static Receipt parse(String text) {
    int split = text.indexOf("\n\n");
    String[] lines = split < 0 ? new String[0] : text.substring(0, split).split("\n");
    if (lines.length < 3
        || !lines[0].equals(FIRST_LINE)
        || !lines[1].startsWith(EXTRA)
        || !lines[2].matches(INDEX + "(0|[1-9][0-9]{0,17})")) {
      throw new IllegalArgumentException(
          "not a receipt: a tlog-proof whose extra data is the event");
    }
    List<byte[]> path = new ArrayList<>();
    for (int i = 3; i < lines.length; i++) {
      path.add(CanonicalBase64.decode(lines[i]));
    }
    return new Receipt(
        CanonicalBase64.decode(lines[1].substring(EXTRA.length())),
        Long.parseLong(lines[2].substring(INDEX.length())),
        path,
        SignedHead.parse(text.substring(split + 2)));
  }

  /** The record. */
  @Override
  public byte[] record() {
    return record.clone();
  }

  /**
   * The event of the record.
   *
   * @throws IllegalArgumentException when it holds none
   */
  public AuditEvent event() {
    try {
      return AuditRecordDecoder.decode(ByteBuffer.wrap(record), 0, record.length);
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new IllegalArgumentException("the receipt's record holds no event", e);
    }
  }

  /** Whether {@code key} signed a head of a tree that holds the record at the index. */
  public boolean verifies(NoteKey key) {
    byte[] leaf = new MerkleHash().leaf(record);
    return key.named(head.checkpoint().origin()).verifies(head.note())
        && MerkleProofs.verifiesInclusion(leaf, index, head.size(), path, head.checkpoint().root());
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    text.append(EXTRA).append(CanonicalBase64.encode(record)).append('\n');
    text.append(INDEX).append(index).append('\n');
    path.forEach(hash -> text.append(CanonicalBase64.encode(hash)).append('\n'));
    return text.append('\n').append(head.note()).toString();
  }
}
