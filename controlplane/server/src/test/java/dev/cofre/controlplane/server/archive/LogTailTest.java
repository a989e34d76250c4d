package dev.cofre.controlplane.server.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.contract.transparency.MerkleHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log is read in its order from any place on, while it grows, across what is lost. */
class LogTailTest {
  private static final int SEGMENT_BYTES = 8_192;

  @TempDir Path directory;
  private GeneratedLog log;
  private Archive archive;

  @BeforeEach
  void open() throws Exception {
    log = new GeneratedLog("n1");
    archive = Archive.open(directory, SEGMENT_BYTES);
  }

  @AfterEach
  void close() {
    archive.close();
  }

  private ShippedRecords more(int count) throws Exception {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long number = log.size() + i;
      events.add(
          AuditEvent.of(Instant.EPOCH.plusMillis(number), "n1", Long.toString(number), "encrypt")
              .build());
    }
    return log.append(events);
  }

  private static List<Long> readAll(LogTail tail, int eventsMax, int bytesMax) throws IOException {
    List<Long> indexes = new ArrayList<>();
    long before = -1;
    while (before != tail.index()) {
      before = tail.index();
      for (LoggedEvent event : tail.read(eventsMax, bytesMax)) {
        assertEquals(Long.toString(event.index()), event.event().requestId());
        indexes.add(event.index());
      }
    }
    return indexes;
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void everyPlaceIsABeginning() throws Exception {
    Random random = new Random(11);
    LogTail follower = null;
    List<Long> followed = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      archive.take(more(1 + random.nextInt(40)));
      if (follower == null) {
        follower = archive.tail(log.origin, 0);
      }
      followed.addAll(readAll(follower, 1 + random.nextInt(30), 4_000));
      long from = random.nextLong(log.size() + 1);
      assertEquals(range(from, log.size()), readAll(archive.tail(log.origin, from), 13, 1 << 20));
    }
    assertEquals(range(0, log.size()), followed);
    archive.close();
    archive = Archive.open(directory, SEGMENT_BYTES);
    assertEquals(range(0, log.size()), readAll(archive.tail(log.origin, 0), 100, 1 << 20));
    assertEquals(0, follower.skipped());
  }

  @Test
  void lostRecordsAndAGapArePassedOver() throws Exception {
    archive.take(more(10));
    LogTail follower = archive.tail(log.origin, 0);
    assertEquals(range(0, 10), readAll(follower, 100, 1 << 20));
    ShippedRecords gone = more(5);
    archive.take(
        new ShippedRecords(
            true,
            gone.from(),
            gone.count(),
            ByteBuffer.wrap(gone.hashes()),
            gone.sealed(),
            gone.head(),
            gone.key(),
            List.of(),
            gone.before()));
    assertEquals(5 * MerkleHash.LENGTH, gone.hashes().length);
    archive.take(more(10));
    assertEquals(range(15, 25), readAll(follower, 100, 1 << 20));
    assertEquals(5, follower.skipped());
    more(7);
    archive.take(more(3));
    assertEquals(range(32, 35), readAll(follower, 100, 1 << 20));
    List<Long> all = readAll(archive.tail(log.origin, 12), 100, 1 << 20);
    List<Long> expected = new ArrayList<>(range(15, 25));
    expected.addAll(range(32, 35));
    assertEquals(expected, all);
    assertEquals(35, archive.archived(log.origin));
  }

  @Test
  void aDamagedRecordHidesNoOther() throws Exception {
    archive.take(more(20));
    Path file = AuditSegments.file(directory.resolve("node-n1"), AuditSegments.EVENTS, 1);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long recordBytes = (channel.size() - 64) / 20;
      // Within the tenth record, behind its length.
      channel.write(ByteBuffer.wrap(new byte[] {99}), 64 + 9 * recordBytes + 20);
    }
    LogTail tail = archive.tail(log.origin, 0);
    List<Long> read = readAll(tail, 100, 1 << 20);
    assertEquals(1, tail.skipped());
    assertEquals(19, read.size());
    assertTrue(read.containsAll(range(0, 8)) && read.containsAll(range(11, 20)), read::toString);
  }
}
