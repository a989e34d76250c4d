package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.contract.transparency.SignedNote;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Verifies what stays of the segments of one chain that retention has removed. Not thread-safe.
 *
 * <p>A record is believed when one of the keys signed it, it is of this log and segment, its tree
 * begins where the one before ends, and the node's own head over its last event agrees. So a
 * segment that is gone without such a record stays a gap.
 */
final class RemovedSegments {
  /** No record of a removal is longer. */
  private static final int BYTES_MAX = 64 << 10;

  private final Path directory;
  private final String chain;
  private final List<NoteKey> keys;
  private final Findings findings;
  private final List<String> notes = new ArrayList<>();
  private Removed removed;
  private String archive;

  RemovedSegments(Path directory, String chain, List<NoteKey> keys, Findings findings) {
    this.directory = directory;
    this.chain = chain;
    this.keys = keys;
    this.findings = findings;
  }

  /** Whether segment {@code number} is not there and its removal is recorded. */
  boolean isRemoved(long number) {
    return Files.exists(file(number))
        && !Files.exists(AuditSegments.file(directory, chain, number));
  }

  private Path file(long number) {
    return RemovalRecord.file(directory, chain, number);
  }

  /** The record of segment {@code number}; empty when it is not to be believed: a finding. */
  Optional<RemovalRecord> read(long number, String origin) throws IOException {
    Path file = file(number);
    String why;
    try {
      if (Files.size(file) > BYTES_MAX) {
        throw new IllegalArgumentException("it is too long");
      }
      SignedNote note =
          SignedNote.parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      RemovalRecord record = RemovalRecord.parse(note);
      why = objection(note, record, number, origin);
      if (why == null) {
        archive = record.archive();
        return Optional.of(record);
      }
    } catch (IllegalArgumentException e) {
      why = "cannot be read: " + e.getMessage();
    }
    findings.add(
        Finding.Kind.REMOVAL,
        -1,
        file.toString(),
        "segment " + number + " is gone, and the record of its removal " + why);
    return Optional.empty();
  }

  private String objection(SignedNote note, RemovalRecord record, long number, String origin) {
    if (!RemovalRecord.isSigned(note, keys)) {
      return "is not signed by the key of removals";
    }
    if (record.segment() != number
        || !record.log().endsWith("/" + chain)
        || (origin != null && !record.log().equals(origin))) {
      return "is of another log or segment";
    }
    if (archive != null && !record.archive().equals(archive)) {
      return "is of another archive than the ones before it";
    }
    return null;
  }

  /**
   * The tree behind {@code record}, which comes behind {@code truth}; null when nothing is known
   * there.
   *
   * @param head the head over its last event, whose signature is right; null: none
   */
  CompactRange follow(RemovalRecord record, CompactRange truth, SignedHead head, boolean partial) {
    CompactRange before = record.rangeBefore();
    if (truth == null) {
      if (removed == null && before.size() > 0 && !partial) {
        gap(0, before.size());
      }
    } else if (before.size() > truth.size()) {
      gap(truth.size(), before.size());
    } else if (before.size() < truth.size() || !Arrays.equals(before.nodes(), truth.nodes())) {
      return refused(record, truth, "does not begin with the tree of the events before it");
    }
    CompactRange after = record.rangeAfter();
    if (head != null && (head.size() != after.size() || !head.checkpoint().hasRoot(after.root()))) {
      return refused(record, truth, "does not agree with the head that it holds");
    }
    removed = removed == null ? Removed.of(record) : removed.and(record);
    return after;
  }

  private CompactRange refused(RemovalRecord record, CompactRange truth, String why) {
    findings.add(
        Finding.Kind.REMOVAL,
        record.first(),
        file(record.segment()).toString(),
        "the record of the removal of segment " + record.segment() + " " + why);
    return truth;
  }

  private void gap(long from, long to) {
    findings.add(
        Finding.Kind.GAP,
        from,
        "",
        "events " + from + " to " + (to - 1) + " are gone, and no record says why");
  }

  /**
   * Holds the kept heads of sizes within the removed part against its ends, where they are of one;
   * the others can be compared no more. All are taken out of {@code against}.
   */
  void compare(SortedMap<Long, SignedHead> against, CompactRange before, CompactRange after) {
    Iterator<SignedHead> heads = against.values().iterator();
    while (heads.hasNext()) {
      SignedHead head = heads.next();
      CompactRange at =
          head.size() == after.size() ? after : head.size() == before.size() ? before : null;
      if (at == null) {
        notes.add(
            "the head of "
                + head.size()
                + " events cannot be compared: it ends within what retention removed");
      } else if (!head.checkpoint().hasRoot(at.root())) {
        findings.add(
            Finding.Kind.UNPROVEN,
            head.size(),
            "",
            "the head of " + head.size() + " events is not of the tree that was removed");
      }
      heads.remove();
    }
  }

  List<String> notes() {
    return notes;
  }

  /** All that was removed; empty when nothing was. */
  Optional<Removed> removed() {
    return Optional.ofNullable(removed);
  }
}
