package dev.cofre.controlplane.server.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.Finding;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.controlplane.server.retention.RetentionFixture.MovedClock;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What retention removed is told from every loss; no record of a removal can be forged. */
class RemovalMutationTest {
  @TempDir Path directory;
  private final MovedClock clock = new MovedClock();
  private Store store;
  private RetentionFixture fixture;
  private List<NoteKey> keys;

  @BeforeEach
  void removeSome() throws Exception {
    store = Store.open(H2Location.in(directory), clock);
    fixture = new RetentionFixture(directory, store);
    keys = List.of(fixture.signer.key());
    fixture.archive(20, Optional.empty(), "app");
    fixture.set(100, Map.of());
    clock.set(RetentionFixture.BEGIN.plus(Duration.ofDays(110)));
    assertTrue(fixture.removeAll() >= 4);
    assertTrue(fixture.files("").size() >= 4);
    assertTrue(fixture.verify(keys).isIntact());
  }

  @AfterEach
  void close() {
    fixture.archive.close();
    store.close();
  }

  private Path file(String name) {
    return fixture.folder().resolve(name);
  }

  private void assertFound(String what, Predicate<Finding.Kind> kind) throws IOException {
    ChainReport report = fixture.verify(keys);
    assertTrue(
        report.findings().stream().map(Finding::kind).anyMatch(kind),
        () -> what + ": " + report.findings());
  }

  private static boolean isLoss(Finding.Kind kind) {
    return kind == Finding.Kind.GAP || kind == Finding.Kind.DROPPED;
  }

  private void deleteSegment(String name) throws IOException {
    for (String suffix : List.of("", ".seal", ".heads", ".index")) {
      Files.deleteIfExists(file(name + suffix));
    }
  }

  @Test
  void aSegmentThatIsGoneWithoutARecordIsALoss() throws Exception {
    for (String name : List.of(fixture.files("").getFirst(), fixture.files("").get(1))) {
      deleteSegment(name);
      assertFound(name, RemovalMutationTest::isLoss);
    }
  }

  @Test
  void aSegmentAloneThatIsGoneIsALoss() throws Exception {
    Files.delete(file(fixture.files("").getFirst()));
    assertFound("without its seal", kind -> kind == Finding.Kind.DROPPED);
  }

  @Test
  void aRecordThatIsGoneIsALoss() throws Exception {
    for (String name : fixture.files("\\.removed")) {
      byte[] record = Files.readAllBytes(file(name));
      Files.delete(file(name));
      assertFound(name, RemovalMutationTest::isLoss);
      Files.write(file(name), record);
    }
    assertTrue(fixture.verify(keys).isIntact());
  }

  @Test
  void everyChangedByteOfARecordIsFound() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path file = file(fixture.files("\\.removed").get(1));
    byte[] record = Files.readAllBytes(file);
    for (int i = 0; i < 300; i++) {
      byte[] changed = record.clone();
      int at = random.nextInt(changed.length);
      changed[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, changed);
      assertFound("seed " + seed + " byte " + at, kind -> kind == Finding.Kind.REMOVAL);
    }
    for (int i = 0; i < 50; i++) {
      byte[] cut = Arrays.copyOf(record, random.nextInt(record.length));
      Files.write(file, cut);
      assertFound("seed " + seed + " cut", kind -> kind == Finding.Kind.REMOVAL);
    }
    Files.write(file, record);
    assertTrue(fixture.verify(keys).isIntact());
  }

  @Test
  void aRecordOfAnotherSegmentOrKeyIsFound() throws Exception {
    List<String> records = fixture.files("\\.removed");
    String next = fixture.files("").getFirst();
    // Who deletes a segment and puts a genuine record of another one in its place.
    deleteSegment(next);
    Files.copy(file(records.getLast()), file(next + ".removed"));
    assertFound("of another segment", kind -> kind == Finding.Kind.REMOVAL);
    // The same with a record of the right number, signed by a key that is not the installation's.
    String statement =
        new String(Files.readAllBytes(file(records.getLast())), StandardCharsets.UTF_8);
    String text = statement.substring(0, statement.lastIndexOf("\n\n") + 1);
    SoftwareSigner other = new SoftwareSigner();
    String number = Long.toString(Long.parseLong(next.substring(next.length() - 10)));
    String renumbered = text.replaceFirst("\nsegment [0-9]+\n", "\nsegment " + number + "\n");
    byte[] signature = other.sign(renumbered.getBytes(StandardCharsets.UTF_8));
    Files.writeString(file(next + ".removed"), other.key().note(renumbered, signature).toString());
    assertFound("of another key", kind -> kind == Finding.Kind.REMOVAL);
    // And by the right key, as nobody but the HSM can: the tree does not fit.
    byte[] right = fixture.signer.sign(renumbered.getBytes(StandardCharsets.UTF_8));
    Files.writeString(
        file(next + ".removed"), fixture.signer.key().note(renumbered, right).toString());
    assertFound("of other events", kind -> kind == Finding.Kind.REMOVAL);
  }

  @Test
  void withoutTheKeyNothingIsBelieved() throws Exception {
    ChainReport report = fixture.verify(List.of());
    assertFalse(report.isIntact());
    assertTrue(report.removed().isEmpty());
    assertFalse(fixture.verify(List.of(new SoftwareSigner().key())).isIntact());
    // A key that was replaced stands beside the one before.
    assertTrue(
        fixture.verify(List.of(new SoftwareSigner().key(), fixture.signer.key())).isIntact());
  }

  @Test
  void whatIsLeftIsVerifiedAsEver() throws Exception {
    Path segment = file(fixture.files("").get(1));
    byte[] bytes = Files.readAllBytes(segment);
    bytes[200] ^= 4;
    Files.write(segment, bytes);
    assertFalse(fixture.verify(keys).isIntact());
  }

  @Test
  void aRecordOfAnotherArchiveIsFound() throws Exception {
    Path last = file(fixture.files("\\.removed").getLast());
    String note = Files.readString(last);
    String text =
        note.substring(0, note.lastIndexOf("\n\n") + 1)
            .replaceFirst("\narchive [0-9a-f]+\n", "\narchive " + "0".repeat(32) + "\n");
    byte[] signature = fixture.signer.sign(text.getBytes(StandardCharsets.UTF_8));
    Files.writeString(last, fixture.signer.key().note(text, signature).toString());
    assertFound("of another archive", kind -> kind == Finding.Kind.REMOVAL);
  }

  @Test
  void aLogOfWhichOnlyRecordsAreLeftIsALoss() throws Exception {
    for (String name : fixture.files("")) {
      deleteSegment(name);
    }
    assertFound("all segments", kind -> kind == Finding.Kind.CUT);
    fixture.archive.close();
    fixture = fixture.reopened();
    assertEquals(List.of(fixture.log.origin), fixture.archive.origins());
    assertTrue(fixture.archive.removed(fixture.log.origin).isPresent());
  }
}
