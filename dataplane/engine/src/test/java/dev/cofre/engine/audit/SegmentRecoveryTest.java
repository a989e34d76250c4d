package dev.cofre.engine.audit;

import static dev.cofre.engine.audit.AuditLogs.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditLogEntry;
import dev.cofre.contract.audit.AuditLogReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holes, and bytes that are not what was written. */
class SegmentRecoveryTest {
  private static final int FIRST = 64;

  @TempDir Path temporary;
  private Path directory;
  private Path segment;

  @BeforeEach
  void name() {
    directory = temporary.resolve("audit");
    segment = directory.resolve("segment-0000000001");
  }

  private void write(String... ids) throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      for (String id : ids) {
        log.append(event(id)).join();
      }
    }
  }

  private int intAt(int at) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(segment)).getInt(at);
  }

  private void put(int at, ByteBuffer bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      channel.write(bytes, at);
    }
  }

  private int aligned(int at) throws IOException {
    return (intAt(at) + 7) & -8;
  }

  /** As a kill between claim and commit leaves it. */
  @Test
  void aClaimThatWasNotCommittedIsSteppedOver() throws IOException {
    write("a", "b", "c");
    int second = FIRST + aligned(FIRST);
    put(second, ByteBuffer.allocate(4).putInt(0, -aligned(second)));
    assertEquals(List.of("a", "c"), AuditLogs.requestIds(directory));
    AuditLogReader reader = AuditLogReader.open(directory);
    assertEquals("a", reader.next().event().requestId());
    assertNull(reader.next(), "it may yet be committed");
    assertTrue(reader.skipUncommitted());
    assertEquals("c", reader.next().event().requestId());
    assertNull(reader.next());
    assertFalse(reader.skipUncommitted());

    write("d");
    assertTrue(intAt(second) > 0, "a void, once nobody can commit it");
    reader = AuditLogReader.open(directory);
    assertEquals("a", reader.next().event().requestId());
    assertEquals("c", reader.next().event().requestId());
    assertEquals("d", reader.next().event().requestId());
  }

  /** A follower sees what is appended after it came to the end, over segments too. */
  @Test
  void aReaderFollows() throws IOException {
    try (MappedAuditLog log = MappedAuditLog.open(directory, AuditLogs.SMALL)) {
      AuditLogReader reader = AuditLogReader.open(directory);
      for (int i = 0; i < 2_000; i++) {
        String id = "r" + i;
        while (log.append(event(id)).isCompletedExceptionally()) {
          AuditLogs.await(log::isAvailable);
        }
        assertEquals(id, reader.next().event().requestId());
        assertNull(reader.next());
      }
      assertTrue(Files.exists(directory.resolve("segment-0000000003")), "over segments");
    }
  }

  /** Whatever byte of a record changes: it is told, and the other records are there. */
  @Test
  void aChangedByteIsRecognised() throws IOException {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    write("a", "b", "c");
    int second = FIRST + aligned(FIRST);
    int length = intAt(second);
    byte[] whole = Files.readAllBytes(segment);
    for (int i = 0; i < length; i++) {
      byte changed = (byte) (whole[second + i] ^ (1 << new Random(seed + i).nextInt(8)));
      put(second + i, ByteBuffer.wrap(new byte[] {changed}));
      List<String> found = new ArrayList<>();
      int lost = 0;
      AuditLogReader reader = AuditLogReader.open(directory);
      for (AuditLogEntry entry = reader.nextCommitted();
          entry != null;
          entry = reader.nextCommitted()) {
        if (entry.isDamaged()) {
          assertEquals(second, entry.offset());
          lost += entry.lostBytes();
        } else {
          found.add(entry.event().requestId());
        }
      }
      boolean isCount = i >= 12 && i < 16;
      assertEquals(isCount ? List.of("a", "b", "c") : List.of("a", "c"), found, "byte " + i);
      assertEquals(isCount ? 0 : aligned(length, 8), lost, "byte " + i);
      put(second + i, ByteBuffer.wrap(new byte[] {whole[second + i]}));
    }
  }

  private static int aligned(int length, int to) {
    return (length + to - 1) & -to;
  }

  @Test
  void aDamagedSegmentIsLeftAsItIs() throws IOException {
    write("a", "b", "c");
    int second = FIRST + aligned(FIRST);
    put(second + 20, ByteBuffer.wrap(new byte[] {99}));
    byte[] before = Files.readAllBytes(segment);
    write("d");
    assertEquals(-1, java.util.Arrays.mismatch(before, Files.readAllBytes(segment)));
    List<String> found =
        AuditLogReader.events(directory).stream().map(event -> event.requestId()).toList();
    assertEquals(List.of("a", "c", "d"), found);
  }

  /** As a power cut may leave it: an early page never reached the disk, a later one did. */
  @Test
  void recordsBehindALostPageAreFound() throws IOException {
    String[] ids = new String[200];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = "r" + i;
    }
    write(ids);
    put(4_096, ByteBuffer.allocate(4_096));
    write("after");
    List<String> found =
        AuditLogReader.events(directory).stream().map(event -> event.requestId()).toList();
    assertEquals("r0", found.getFirst());
    assertEquals("after", found.getLast());
    assertTrue(found.contains("r199"), "behind the hole");
    assertTrue(found.size() < 201 && found.size() > 100, found::toString);
  }
}
