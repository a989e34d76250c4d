package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.RecordCursor;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.NoteKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Verifies one chain, segment by segment. Used once, by one thread.
 *
 * <p>For each segment the records themselves are tried against the signed heads. Where they do not
 * agree, the hashes in its seal are: when these agree, the difference between them and the records
 * is what was done to the log. When they do not either, the records up to the head are unproven,
 * and the next segment is tried on the tree that its seal begins with: that is believed only
 * because a later head agrees.
 */
final class ChainVerifier {
  private final Path directory;
  private final String chain;
  private final NoteKey key;
  private final boolean partial;
  private final Findings findings = new Findings();
  private final RemovedSegments removals;
  private final SegmentLeaves leaves = new SegmentLeaves();

  /** Heads by size that hold for the chain as a whole: those that others keep. */
  private final TreeMap<Long, SignedHead> against = new TreeMap<>();

  private CompactRange truth;
  private long first = -1;
  private long records;
  private long sealedTo;
  private SignedHead lastHead;
  private long lastSealed;
  private String origin;

  /**
   * Verifies {@code chain} of {@code directory} by {@code key}, its name left open.
   *
   * @param kept signed heads from elsewhere, of any log
   * @param partial whether what is before the first segment may be elsewhere
   * @param removalKeys that sign what retention removed
   */
  ChainVerifier(
      Path directory,
      String chain,
      NoteKey key,
      List<SignedHead> kept,
      boolean partial,
      List<NoteKey> removalKeys) {
    this.removals = new RemovedSegments(directory, chain, removalKeys, findings);
    this.directory = directory;
    this.chain = chain;
    this.key = key;
    this.partial = partial;
    for (SignedHead head : kept) {
      if (head.checkpoint().origin().endsWith("/" + chain)) {
        if (isOurs(head)) {
          against.put(head.size(), head);
        } else {
          findings.add(
              Finding.Kind.HEAD,
              -1,
              "",
              "the head to verify against is not signed by the key, or of another log");
        }
      }
    }
  }

  ChainReport run() throws IOException {
    TreeSet<Long> numbers = new TreeSet<>(AuditSegments.list(directory, chain).keySet());
    numbers.addAll(SealFiles.numbers(directory, chain));
    numbers.addAll(RemovalRecord.numbers(directory, chain));
    // In the opposite order of their writing: the log may be written meanwhile.
    Map<Long, List<SignedHead>> heads = new HashMap<>();
    for (long number : numbers) {
      heads.put(number, heads(number));
    }
    Map<Long, Long> sealLengths = new HashMap<>();
    for (long number : numbers) {
      Path seal = SealFiles.seal(directory, chain, number);
      sealLengths.put(number, Files.exists(seal) ? Files.size(seal) : -1);
      lastSealed = Files.exists(seal) ? number : lastSealed;
    }
    RecordCursor cursor = RecordCursor.ofAll(directory, chain);
    boolean more = !numbers.isEmpty() && step(cursor);
    for (long number : numbers) {
      boolean isHere = more && cursor.segment() == number;
      if (!isHere && removals.isRemoved(number)) {
        removed(number);
        continue;
      }
      leaves.clear();
      SegmentBytes bytes = new SegmentBytes(findings);
      while (more && cursor.segment() == number) {
        bytes.add(cursor);
        if (!cursor.isDamage()) {
          leaves.add(cursor.buffer(), cursor.at(), cursor.length());
          records++;
        }
        more = step(cursor);
      }
      Path file = AuditSegments.file(directory, chain, number);
      bytes.check(file, number);
      segment(number, file, seal(number, sealLengths.get(number)), heads.remove(number));
    }
    if (!partial && !numbers.isEmpty() && removals.isRemoved(numbers.last())) {
      findings.add(
          Finding.Kind.CUT,
          truth == null ? -1 : truth.size(),
          "",
          "nothing is left behind what retention removed, which never removes the newest segment");
    }
    finish();
    return new ChainReport(
        chain,
        Math.max(first, 0),
        records,
        truth == null ? 0 : Math.max(0, truth.size() - sealedTo),
        Optional.ofNullable(lastHead),
        findings.kept(),
        findings.total(),
        removals.removed(),
        removals.notes());
  }

  /** Goes over segment {@code number}, which retention removed, by the record of that. */
  private void removed(long number) throws IOException {
    Optional<RemovalRecord> record = removals.read(number, origin);
    if (record.isEmpty()) {
      return;
    }
    SignedHead head = null;
    try {
      head = record.get().signedHead().orElse(null);
    } catch (IllegalArgumentException e) {
      findings.add(Finding.Kind.HEAD, -1, "", "the record of a removal holds a head that is none");
    }
    if (head != null && !isOurs(head)) {
      findings.add(
          Finding.Kind.HEAD,
          -1,
          RemovalRecord.file(directory, chain, number).toString(),
          "the head of " + head.size() + " events is not signed by the key, or of another log");
      head = null;
    }
    CompactRange before = record.get().rangeBefore();
    truth = removals.follow(record.get(), truth, head, partial);
    if (truth == null || truth.size() != record.get().end()) {
      return;
    }
    removals.compare(against.subMap(before.size(), true, truth.size(), true), before, truth);
    sealedTo = Math.max(sealedTo, truth.size());
    lastHead = head == null ? lastHead : head;
  }

  /** The next record; claims that are not committed are stepped over. */
  private boolean step(RecordCursor cursor) throws IOException {
    while (true) {
      long at = cursor.segment();
      try {
        if (cursor.next()) {
          return true;
        }
        if (!cursor.skipUncommitted()) {
          return false;
        }
      } catch (IOException e) {
        if (cursor.segment() == at) {
          throw e;
        }
        findings.add(Finding.Kind.DAMAGED, -1, cursor.file().toString(), e.getMessage());
      }
    }
  }

  private void segment(long number, Path file, SealFile seal, List<SignedHead> heads) {
    begin(number, seal);
    if (truth == null) {
      return;
    }
    List<SignedHead> due = due(heads, truth.size(), seal);
    CompactRange withRecords = follow(due, leaves.hashes(), leaves.count());
    if (withRecords != null && (number >= lastSealed || isEnd(due, withRecords.size()))) {
      if (seal != null && !startsWith(seal)) {
        findings.add(
            Finding.Kind.SEAL,
            -1,
            SealFiles.seal(directory, chain, number).toString(),
            "it does not hold the hashes of the events, which are as the heads say");
      }
      settle(withRecords, due);
      return;
    }
    byte[] sealed = seal == null ? new byte[0] : seal.hashes(0, seal.count());
    CompactRange withSeal = seal == null ? null : follow(due, sealed, seal.count());
    if (withSeal != null) {
      new Differences(leaves, sealed, seal.count(), truth.size(), file, findings)
          .find(number >= lastSealed);
      settle(withSeal, due);
    } else {
      unproven(due, file);
      truth = null;
    }
  }

  /** Whether the last head is over all records, as it is at the end of each segment. */
  private static boolean isEnd(List<SignedHead> due, long size) {
    return due.isEmpty() || due.get(due.size() - 1).size() == size;
  }

  /** Where the segment's records begin among all. */
  private void begin(long number, SealFile seal) {
    boolean isFirst = first < 0;
    if (isFirst) {
      first = seal != null ? seal.first() : truth == null ? 0 : truth.size();
    }
    if (isFirst && truth == null) {
      truth = seal == null ? new CompactRange() : seal.before();
      sealedTo = first;
      if (first > 0 && !partial) {
        findings.add(
            Finding.Kind.GAP, 0, "", "events 0 to " + (first - 1) + " are not in the folder");
      } else if (seal == null && number > 1) {
        findings.add(
            Finding.Kind.GAP, -1, "", "nothing says which events come before segment " + number);
      }
      return;
    }
    if (seal == null) {
      return;
    }
    if (truth == null) {
      truth = seal.before();
    } else if (seal.first() > truth.size()) {
      findings.add(
          Finding.Kind.GAP,
          truth.size(),
          "",
          "events " + truth.size() + " to " + (seal.first() - 1) + " are gone with their file");
      truth = seal.before();
    } else if (!Arrays.equals(seal.before().nodes(), truth.nodes())) {
      findings.add(
          Finding.Kind.SEAL,
          -1,
          SealFiles.seal(directory, chain, number).toString(),
          "it does not begin with the tree of the events before it");
    }
  }

  /** The heads that must hold by the end of the segment. */
  private List<SignedHead> due(List<SignedHead> heads, long from, SealFile seal) {
    List<SignedHead> due = new ArrayList<>(heads);
    long to = from + Math.max(leaves.count(), seal == null ? 0 : seal.count());
    due.addAll(against.subMap(from, true, to, true).values());
    due.sort(Comparator.comparingLong(SignedHead::size));
    return due;
  }

  /** The tree after {@code count} more hashes when all heads in {@code due} hold, else null. */
  private CompactRange follow(List<SignedHead> due, byte[] hashes, int count) {
    CompactRange range = truth.copy();
    int next = 0;
    for (int i = 0; i <= count; i++) {
      while (next < due.size() && due.get(next).size() <= range.size()) {
        SignedHead head = due.get(next++);
        if (head.size() < range.size() || !head.checkpoint().hasRoot(range.root())) {
          return null;
        }
      }
      if (i < count) {
        range.append(hashes, i * MerkleHash.LENGTH);
      }
    }
    return next == due.size() ? range : null;
  }

  private void settle(CompactRange range, List<SignedHead> due) {
    truth = range;
    for (SignedHead head : due) {
      sealedTo = Math.max(sealedTo, head.size());
      against.remove(head.size());
    }
  }

  private boolean startsWith(SealFile seal) {
    if (!seal.isWhole() || seal.count() > leaves.count()) {
      return false;
    }
    byte[] sealed = seal.hashes(0, seal.count());
    return Arrays.equals(sealed, 0, sealed.length, leaves.hashes(), 0, sealed.length);
  }

  private void unproven(List<SignedHead> due, Path file) {
    CompactRange range = truth.copy();
    long good = range.size();
    for (SignedHead head : due) {
      int from = (int) (range.size() - truth.size());
      int to = (int) Math.min(head.size() - truth.size(), leaves.count());
      for (int i = from; i < to; i++) {
        range.append(leaves.hashes(), i * MerkleHash.LENGTH);
      }
      if (range.size() != head.size() || !head.checkpoint().hasRoot(range.root())) {
        findings.add(
            Finding.Kind.UNPROVEN,
            good,
            file.toString(),
            "events "
                + good
                + " to "
                + (head.size() - 1)
                + " are not those of the head signed at "
                + head.time()
                + ", and their hashes beside them are not either");
        against.remove(head.size());
        return;
      }
      good = head.size();
    }
  }

  /** The seal of the segment as it was when its length was taken; null when there was none. */
  private SealFile seal(long number, long length) {
    Path file = SealFiles.seal(directory, chain, number);
    if (length < 0) {
      return null;
    }
    try {
      return SealFile.read(file, number, length);
    } catch (IOException e) {
      findings.add(Finding.Kind.SEAL, -1, file.toString(), e.getMessage());
      return null;
    }
  }

  /** The heads signed in the segment; those that are no heads of this log are findings. */
  private List<SignedHead> heads(long number) throws IOException {
    Path file = SealFiles.heads(directory, chain, number);
    SignedHead.Contents contents = SignedHead.read(file);
    if (!contents.isWhole()) {
      findings.add(
          Finding.Kind.HEAD,
          -1,
          file + " byte " + contents.wholeBytes(),
          "no signed head begins there");
    }
    List<SignedHead> heads = new ArrayList<>();
    for (SignedHead head : contents.heads()) {
      if (isOurs(head)) {
        heads.add(head);
        lastHead = head;
      } else {
        findings.add(
            Finding.Kind.HEAD,
            -1,
            file.toString(),
            "the head of " + head.size() + " events is not signed by the key, or of another log");
      }
    }
    return heads;
  }

  /** Whether the key signed it, and it is of the same log as all others. */
  private boolean isOurs(SignedHead head) {
    String of = head.checkpoint().origin();
    origin = origin == null ? of : origin;
    return of.equals(origin) && of.endsWith("/" + chain) && isSigned(head);
  }

  private boolean isSigned(SignedHead head) {
    return key.named(head.checkpoint().origin()).verifies(head.note());
  }

  private void finish() {
    long end = truth == null ? -1 : truth.size();
    for (SignedHead head : against.values()) {
      if (end >= 0 && head.size() > end) {
        findings.add(
            Finding.Kind.CUT,
            end,
            "",
            "the log ends with "
                + end
                + " events; the head signed at "
                + head.time()
                + " is over "
                + head.size());
      } else if (head.size() > Math.max(first, 0) || !partial) {
        findings.add(
            Finding.Kind.UNPROVEN,
            -1,
            "",
            "the head of " + head.size() + " events to verify against cannot be compared");
      }
    }
  }
}
