package dev.cofre.controlplane.server.archive;

import dev.cofre.contract.audit.AuditRecordDecoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.RecordFields;
import dev.cofre.contract.audit.seal.BrokenSealException;
import dev.cofre.contract.audit.seal.SealReader;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.RangeCover;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a complete segment holds, read whole once more: its records against their hashes, and these
 * against the head over them and what the next segment begins behind. Immutable.
 *
 * @param isIntact whether each record is the one that its hash was taken of, and the hashes make up
 *     the tree that was signed
 * @param lost of how many records there is no more than the hash
 * @param isUnclear whether a record of it holds no event that can be read, or was lost
 * @param sha256 of its file, in hexadecimal
 * @param before the roots of the subtrees of the records before it
 * @param nodes the roots of the subtrees of its records
 * @param head over its last record; empty when none was signed there
 */
public record SegmentReading(
    boolean isIntact,
    long lost,
    boolean isUnclear,
    String sha256,
    byte[] before,
    byte[] nodes,
    Optional<SignedHead> head) {

  /** Takes the events of a segment. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes one.
     *
     * @param records the segment's bytes
     * @param fields of the event's record there
     * @param timeNs when it was, nanoseconds since 1970
     */
    void take(ByteBuffer records, RecordFields fields, long timeNs);
  }

  /** Takes copies. */
  public SegmentReading {
    before = before.clone();
    nodes = nodes.clone();
  }

  /** The subtrees of the records before it. */
  @Override
  public byte[] before() {
    return before.clone();
  }

  /** The subtrees of its records. */
  @Override
  public byte[] nodes() {
    return nodes.clone();
  }

  /** Reads the segment {@code of}; some tens of milliseconds for 16 MiB. */
  static SegmentReading read(
      CompleteSegment of, Path file, Path sealFile, Path headsFile, Path nextSeal, Visitor visitor)
      throws IOException {
    int count = Math.toIntExact(of.end() - of.first());
    byte[] hashes = new byte[count * MerkleHash.LENGTH];
    byte[] before;
    boolean isSealed;
    try (SealReader seal = SealReader.open(sealFile, of.number())) {
      isSealed = seal.first() == of.first() && seal.count() == count;
      before = seal.before().nodes();
      if (isSealed) {
        seal.read(of.first(), count, hashes);
      }
    }
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer records =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
      long lost = of.isTimeless() && isEmpty(records) ? count : 0;
      int unclear = !isSealed ? -1 : lost > 0 ? count : unclear(records, hashes, count, visitor);
      MessageDigest digest = MerkleHash.newSha256();
      digest.update(records.duplicate());
      Optional<SignedHead> head =
          SignedHead.last(headsFile).filter(last -> last.size() == of.end());
      return new SegmentReading(
          unclear >= 0 && isProven(of, before, hashes, head, nextSeal),
          lost,
          unclear != 0,
          Hex.encode(digest.digest()),
          before,
          isSealed ? RangeCover.of(of.first(), hashes, count) : new byte[0],
          head);
    }
  }

  /** Whether all that is kept of the tree at its end agrees, and something is. */
  private static boolean isProven(
      CompleteSegment of, byte[] before, byte[] hashes, Optional<SignedHead> head, Path nextSeal)
      throws IOException {
    CompactRange range = new CompactRange(of.first(), before, 0);
    for (int at = 0; at < hashes.length; at += MerkleHash.LENGTH) {
      range.append(hashes, at);
    }
    if (head.isPresent() && !head.get().checkpoint().hasRoot(range.root())) {
      return false;
    }
    if (!Files.exists(nextSeal)) {
      return head.isPresent();
    }
    try (SealReader next = SealReader.open(nextSeal, of.number() + 1)) {
      return next.first() == of.end()
          ? Arrays.equals(next.before().nodes(), range.nodes())
          : head.isPresent();
    } catch (BrokenSealException e) {
      return false;
    }
  }

  /** Whether nothing stands behind the header, as where records were lost on their node. */
  private static boolean isEmpty(ByteBuffer records) {
    for (int at = AuditRecordFormat.SEGMENT_HEADER_LENGTH; at < records.limit(); at++) {
      if (records.get(at) != 0) {
        return false;
      }
    }
    return records.limit() <= AuditRecordFormat.SEGMENT_HEADER_LENGTH + AuditRecordFormat.ALIGNMENT;
  }

  /** How many records hold no event that can be read; -1: some are not those of the hashes. */
  private static int unclear(ByteBuffer records, byte[] hashes, int count, Visitor visitor) {
    int unclear = 0;
    MerkleHash hash = new MerkleHash();
    RecordFields fields = new RecordFields();
    byte[] leaf = new byte[MerkleHash.LENGTH];
    int at = AuditRecordFormat.SEGMENT_HEADER_LENGTH;
    for (int i = 0; i < count; i++) {
      if (!AuditRecordDecoder.isWhole(records, at, records.limit())) {
        return -1;
      }
      int length = records.getInt(at);
      hash.leaf(records, at, length, leaf, 0);
      int from = i * MerkleHash.LENGTH;
      if (!Arrays.equals(leaf, 0, leaf.length, hashes, from, from + leaf.length)) {
        return -1;
      }
      if (!AuditRecordDecoder.isVoid(records, at)) {
        unclear += take(records, at, fields, visitor);
      }
      at += AuditRecordFormat.aligned(length);
    }
    return unclear;
  }

  private static int take(ByteBuffer records, int at, RecordFields fields, Visitor visitor) {
    try {
      fields.read(records, at);
    } catch (IndexOutOfBoundsException e) {
      // Whoever has the node's key can sign a record that holds no event.
      return 1;
    }
    visitor.take(records, fields, RecordFields.timeNs(records, at));
    return 0;
  }
}
