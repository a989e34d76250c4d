package dev.cofre.engine.seal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.RecordCursor;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealedLog;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is done to a sealed log, its verification finds it. */
class LogMutationTest {
  private static final int MUTATIONS = Integer.getInteger("cofre.mutations", 120);

  @TempDir Path temporary;
  private Path log;
  private NoteKey key;

  /** A record of the log. */
  private record Place(Path file, int at, int length) {
    int end() {
      return at + AuditRecordFormat.aligned(length);
    }
  }

  @BeforeEach
  void write() throws IOException {
    log = temporary.resolve("log");
    try (Hsm hsm = SoftHsmToken.login()) {
      SealedLogs.write(log, hsm, "a", 100);
      SealedLogs.write(log, hsm, "b", 60);
    }
    key = SealedLogs.key(log);
    assertEquals(List.of(), SealedLogs.findings(log, key));
  }

  private static List<Place> places(Path directory) throws IOException {
    List<Place> places = new ArrayList<>();
    RecordCursor cursor = RecordCursor.ofAll(directory, AuditSegments.EVENTS);
    while (cursor.next()) {
      places.add(new Place(cursor.file(), cursor.at(), cursor.length()));
    }
    return places;
  }

  @Test
  void everyMutationIsFound() throws IOException {
    long seed = Long.getLong("cofre.seed", new Random().nextLong());
    System.out.println("seed " + seed + " (-Dcofre.seed=)");
    Random random = new Random(seed);
    for (int i = 0; i < MUTATIONS; i++) {
      Path copy = temporary.resolve("copy");
      SealedLogs.copy(log, copy);
      String mutation = mutate(copy, random);
      List<Finding> found = SealedLogs.findings(copy, key);
      assertFalse(found.isEmpty(), "not found: " + mutation + ", seed " + seed + ", number " + i);
      SealedLogs.delete(copy);
    }
  }

  /** Does one thing to the log and says what. */
  private static String mutate(Path copy, Random random) throws IOException {
    List<Place> places = places(copy);
    Place one = places.get(random.nextInt(places.size()));
    return switch (random.nextInt(8)) {
      case 0 -> {
        yield flip(copy, random);
      }
      case 1 -> {
        byte[] segment = Files.readAllBytes(one.file);
        segment[one.at + random.nextInt(one.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(one.file, segment);
        yield "a bit of the record at " + one;
      }
      case 2 -> {
        cutOut(one);
        yield "dropped " + one;
      }
      case 3 -> {
        Place other = sameLength(places, one);
        byte[] segment = Files.readAllBytes(one.file);
        byte[] first = Arrays.copyOfRange(segment, one.at, one.end());
        System.arraycopy(segment, other.at, segment, one.at, first.length);
        System.arraycopy(first, 0, segment, other.at, first.length);
        Files.write(one.file, segment);
        yield "swapped " + one + " and " + other;
      }
      case 4 -> {
        // What is put behind the last head is not sealed.
        Place again = one.equals(places.getLast()) ? places.getFirst() : one;
        byte[] segment = Files.readAllBytes(again.file);
        int shift = again.end() - again.at;
        int length = segment.length - again.end() - shift;
        if (length < shift) {
          yield mutate(copy, random);
        }
        System.arraycopy(segment, again.at, segment, again.end(), length);
        Files.write(again.file, segment);
        yield "repeated " + again;
      }
      case 5 -> {
        Files.delete(one.file);
        yield "deleted " + one.file;
      }
      case 6 -> {
        try (RandomAccessFile file = new RandomAccessFile(one.file.toFile(), "rw")) {
          file.setLength(one.at + random.nextInt(one.length));
        }
        yield "truncated in " + one;
      }
      default -> {
        byte[] segment = Files.readAllBytes(one.file);
        Arrays.fill(segment, one.at, segment.length, (byte) 0);
        Files.write(one.file, segment);
        yield "zeros from " + one;
      }
    };
  }

  /** One bit of any file of the log: records, seals and heads. */
  private static String flip(Path copy, Random random) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(copy)) {
      files = all.filter(LogMutationTest::isOfTheLog).sorted().toList();
    }
    Path file = files.get(random.nextInt(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    int at = random.nextInt(bytes.length);
    int bit = random.nextInt(8);
    if (bit == 7 && (bytes[at] == 0 || bytes[at] == (byte) 0x80)) {
      // The mark that nothing follows in a segment holds no event: with it and without, none does.
      bit = 6;
    }
    bytes[at] ^= (byte) (1 << bit);
    Files.write(file, bytes);
    return "a bit at " + at + " of " + file;
  }

  private static boolean isOfTheLog(Path file) {
    String name = file.getFileName().toString();
    return (name.startsWith("segment-") || name.startsWith("unauthenticated-"))
        && (file.toFile().length() > 0);
  }

  private static void cutOut(Place one) throws IOException {
    byte[] segment = Files.readAllBytes(one.file);
    int length = one.end() - one.at;
    System.arraycopy(segment, one.end(), segment, one.at, segment.length - one.end());
    Arrays.fill(segment, segment.length - length, segment.length, (byte) 0);
    Files.write(one.file, segment);
  }

  private static Place sameLength(List<Place> places, Place one) {
    return places.stream()
        .filter(
            p -> p.file.equals(one.file) && !p.equals(one) && p.end() - p.at == one.end() - one.at)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatWasDoneIsNamed() throws IOException {
    List<Place> places = places(log);
    Place third = places.get(2);
    byte[] before = Files.readAllBytes(third.file);
    cutOut(third);
    assertKinds(Finding.Kind.DROPPED, 2);

    byte[] moved = before.clone();
    Place fourth = places.get(3);
    assertEquals(third.length, fourth.length);
    System.arraycopy(before, fourth.at, moved, third.at, third.end() - third.at);
    System.arraycopy(before, third.at, moved, fourth.at, third.end() - third.at);
    Files.write(third.file, moved);
    assertKinds(Finding.Kind.MOVED, 2);

    // A record of another event of the same length, as somebody who knows the format would put it.
    byte[] changed = before.clone();
    System.arraycopy(before, places.get(0).at, changed, third.at, third.end() - third.at);
    Files.write(third.file, changed);
    Set<Finding.Kind> kinds =
        SealedLogs.findings(log, key).stream().map(Finding::kind).collect(Collectors.toSet());
    assertEquals(Set.of(Finding.Kind.CHANGED), kinds);
    Files.write(third.file, before);
    assertEquals(List.of(), SealedLogs.findings(log, key));
  }

  private void assertKinds(Finding.Kind kind, long index) throws IOException {
    List<Finding> found = SealedLogs.findings(log, key);
    assertEquals(1, found.size(), found::toString);
    assertEquals(kind, found.getFirst().kind());
    assertEquals(index, found.getFirst().index());
  }

  /** Whole segments taken away at the end, with all that lies beside them: a head shows it. */
  @Test
  void aCutAtAHeadIsFoundByThatHeadAlone() throws IOException {
    SignedHead kept = new SealedLog(log, AuditSegments.EVENTS).lastHead().orElseThrow();
    long last = SealFiles.numbers(log, AuditSegments.EVENTS).last();
    Path segment = AuditSegments.file(log, AuditSegments.EVENTS, last);
    for (String suffix : List.of("", ".seal", ".heads")) {
      Files.deleteIfExists(segment.resolveSibling(segment.getFileName() + suffix));
    }
    SignedHead end = new SealedLog(log, AuditSegments.EVENTS).lastHead().orElseThrow();
    assertNotEquals(kept.size(), end.size());
    assertEquals(List.of(), SealedLogs.findings(log, key));
    assertEquals(
        List.of(Finding.Kind.CUT),
        SealedLogs.findings(log, key, kept).stream().map(Finding::kind).toList());
  }
}
