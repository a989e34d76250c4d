package dev.cofre.contract.audit.seal;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleHash;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.contract.transparency.RangeCover;
import dev.cofre.contract.transparency.SignedNote;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What stays of a segment that retention has removed from an archive: which events it held, the
 * subtrees they make up, the head that was signed over them, and who asked. Immutable.
 *
 * <p>Its text is signed as a note by the installation's key. With the records of all segments
 * before one that is there, the tree in front of it can be computed and held against the heads.
 *
 * <pre>
 * cofre-audit-removal/NODE/CHAIN
 * archive ID
 * segment N
 * events FIRST COUNT
 * lost COUNT
 * oldest RFC3339
 * newest RFC3339
 * sha256 HEX
 * policy TEXT
 * decided RFC3339
 * before BASE64    the subtrees of the events before, the largest first
 * nodes BASE64     the subtrees of its own events, from the left to the right
 * head BASE64      the note of the head over its last event; empty when none was
 * </pre>
 *
 * @param log the origin of its heads: {@code cofre-audit/NODE/CHAIN}
 * @param archive the id of the archive it was removed from
 * @param segment its number there
 * @param first the index of its first event among all of the chain
 * @param count how many events it held
 * @param lost of how many of these there had been no more than the hash
 * @param oldest the time of its oldest event
 * @param newest the time of its newest event
 * @param sha256 of its file, in hexadecimal
 * @param policy what asked for it
 * @param decided when it was decided
 * @param before the roots of the subtrees of the events before it
 * @param nodes the roots of the subtrees of its own events
 * @param head over its last event, as it was signed; empty when there was none
 */
public record RemovalRecord(
    String log,
    String archive,
    long segment,
    long first,
    long count,
    long lost,
    Instant oldest,
    Instant newest,
    String sha256,
    String policy,
    Instant decided,
    byte[] before,
    byte[] nodes,
    String head) {
  /** The file beside the segments with the keys that sign removals, one a line. */
  public static final String KEY_FILE = "removal-key.pub";

  /** The name of the key that signs them. */
  public static final String KEY_NAME = "cofre-audit-removal";

  private static final String LOG = "cofre-audit/";
  private static final String FIRST_LINE = KEY_NAME + "/";
  private static final Pattern FILE = Pattern.compile("([a-z]+)-([0-9]{10,18})\\.removed");
  private static final int LINES = 13;

  /**
   * Checks that the subtrees are those of so many events.
   *
   * @throws IllegalArgumentException when they are not
   */
  public RemovalRecord {
    before = before.clone();
    nodes = nodes.clone();
    if (!log.startsWith(LOG) || first < 0 || count < 1 || lost < 0 || lost > count) {
      throw new IllegalArgumentException("no segment is like that");
    }
    if (before.length != Long.bitCount(first) * MerkleHash.LENGTH) {
      throw new IllegalArgumentException("not the subtrees of " + first + " events");
    }
    RangeCover.append(new CompactRange(first, before, 0), nodes, count);
  }

  /** Where the record of the removal of segment {@code number} lies. */
  public static Path file(Path directory, String chain, long number) {
    Path segment = AuditSegments.file(directory, chain, number);
    return segment.resolveSibling(segment.getFileName() + ".removed");
  }

  /** The numbers of the segments of {@code chain} whose removal is recorded. */
  public static NavigableSet<Long> numbers(Path directory, String chain) throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(
          file -> {
            Matcher name = FILE.matcher(file.getFileName().toString());
            if (name.matches() && name.group(1).equals(chain)) {
              numbers.add(Long.parseLong(name.group(2)));
            }
          });
    }
    return numbers;
  }

  /**
   * Reads the text of a note, whose signature is for others to verify.
   *
   * @throws IllegalArgumentException when it is no record of a removal
   */
  public static RemovalRecord parse(SignedNote note) {
    String[] lines = note.text().split("\n", -1);
    if (lines.length != LINES + 1 || !lines[0].startsWith(FIRST_LINE) || !lines[LINES].isEmpty()) {
      throw new IllegalArgumentException("not the record of a removal");
    }
    String[] events = value(lines, 3, "events").split(" ", -1);
    if (events.length != 2) {
      throw new IllegalArgumentException("not the record of a removal");
    }
    try {
      return new RemovalRecord(
          LOG + lines[0].substring(FIRST_LINE.length()),
          value(lines, 1, "archive"),
          Long.parseLong(value(lines, 2, "segment")),
          Long.parseLong(events[0]),
          Long.parseLong(events[1]),
          Long.parseLong(value(lines, 4, "lost")),
          Instant.parse(value(lines, 5, "oldest")),
          Instant.parse(value(lines, 6, "newest")),
          value(lines, 7, "sha256"),
          value(lines, 8, "policy"),
          Instant.parse(value(lines, 9, "decided")),
          CanonicalBase64.decode(value(lines, 10, "before")),
          CanonicalBase64.decode(value(lines, 11, "nodes")),
          new String(CanonicalBase64.decode(value(lines, 12, "head")), StandardCharsets.UTF_8));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("not the record of a removal", e);
    }
  }

  private static String value(String[] lines, int line, String name) {
    if (!lines[line].startsWith(name + " ")) {
      throw new IllegalArgumentException("the record of a removal has no line " + name);
    }
    return lines[line].substring(name.length() + 1);
  }

  /** What is signed. */
  public String text() {
    return FIRST_LINE
        + log.substring(LOG.length())
        + "\narchive "
        + archive
        + "\nsegment "
        + segment
        + "\nevents "
        + first
        + " "
        + count
        + "\nlost "
        + lost
        + "\noldest "
        + oldest
        + "\nnewest "
        + newest
        + "\nsha256 "
        + sha256
        + "\npolicy "
        + policy
        + "\ndecided "
        + decided
        + "\nbefore "
        + CanonicalBase64.encode(before)
        + "\nnodes "
        + CanonicalBase64.encode(nodes)
        + "\nhead "
        + CanonicalBase64.encode(head.getBytes(StandardCharsets.UTF_8))
        + "\n";
  }

  /** Whether one of {@code keys} signed {@code note}. */
  public static boolean isSigned(SignedNote note, Iterable<NoteKey> keys) {
    for (NoteKey key : keys) {
      if (key.named(KEY_NAME).verifies(note)) {
        return true;
      }
    }
    return false;
  }

  /** The subtrees of the events before. */
  @Override
  public byte[] before() {
    return before.clone();
  }

  /** The subtrees of its own events. */
  @Override
  public byte[] nodes() {
    return nodes.clone();
  }

  /** The index behind its last event. */
  public long end() {
    return first + count;
  }

  /** The tree before it. */
  public CompactRange rangeBefore() {
    return new CompactRange(first, before, 0);
  }

  /** The tree with its events. */
  public CompactRange rangeAfter() {
    CompactRange range = rangeBefore();
    RangeCover.append(range, nodes, count);
    return range;
  }

  /**
   * The head over its last event.
   *
   * @throws IllegalArgumentException when what stands there is none
   */
  public Optional<SignedHead> signedHead() {
    return head.isEmpty() ? Optional.empty() : Optional.of(SignedHead.parse(head));
  }
}
