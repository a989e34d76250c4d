package dev.cofre.contract.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditRecordTest {
  private static final String[] TEXTS = {
    null, "", "a", "encrypt", "127.0.0.1", "naïve", "日本語", "x\u0000\n\"", "😀".repeat(40)
  };

  /** One event of each kind of field; never changed. */
  static List<AuditEvent> golden() {
    Instant time = Instant.parse("2026-01-02T03:04:05.678901234Z");
    UUID key = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    UUID dataKey = UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100");
    return List.of(
        AuditEvent.of(time, "node-1", "r1", "encrypt")
            .caller("app", "token", "192.0.2.1")
            .keyId(key)
            .usedDataKey(3, dataKey)
            .amount(2, 5_000_000_000L)
            .contextKeys(List.of("tenant", "größe"))
            .build(),
        AuditEvent.of(Instant.EPOCH, "n", "r2", "decrypt").build(),
        AuditEvent.of(time, "n", "r3", "decrypt")
            .caller("svc", "mtls", "2001:db8::1")
            .key("absent")
            .used(0, "d1")
            .amount(0, 0)
            .phase("end")
            .failed("invalid_ciphertext")
            .build(),
        AuditEvent.of(time, "n", "r4", "key:list")
            .caller("bob", "kerberos", null)
            .phase("middle")
            .denied("forbidden")
            .build(),
        AuditEvent.of(time, "n", "r5", "decrypt")
            .caller(null, "none", "192.0.2.7")
            .denied("unauthenticated")
            .count(4_000_000_000L)
            .build());
  }

  /** An encoder remembers texts of the record before; what it writes is as if it did not. */
  @Test
  void whatWasWrittenBeforeDoesNotShow() {
    Random random = new Random(42);
    AuditRecordEncoder reused = new AuditRecordEncoder();
    for (int i = 0; i < 2_000; i++) {
      AuditEvent event =
          AuditEvent.of(Instant.EPOCH, "" + fieldText(random), "" + i, "" + fieldText(random))
              .caller(fieldText(random), "token", fieldText(random))
              .build();
      AuditRecordEncoder fresh = new AuditRecordEncoder();
      fresh.add(event);
      reused.clear();
      reused.add(event);
      assertEquals(fresh.length(), reused.length());
      assertArrayEquals(
          Arrays.copyOf(fresh.bytes(), fresh.length()),
          Arrays.copyOf(reused.bytes(), reused.length()));
    }
  }

  /** One of few, so that many follow their like; some are too long to be kept. */
  private static String fieldText(Random random) {
    String text = TEXTS[random.nextInt(TEXTS.length)];
    return text != null && random.nextInt(4) == 0 ? text.repeat(100) : text;
  }

  private static byte[] goldenSegment() {
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    golden().forEach(encoder::add);
    ByteBuffer segment =
        ByteBuffer.allocate(AuditRecordFormat.SEGMENT_HEADER_LENGTH + encoder.length() + 64);
    segment.putLong(0, AuditRecordFormat.SEGMENT_MAGIC);
    segment.putInt(AuditRecordFormat.SEGMENT_FORMAT_AT, AuditRecordFormat.FORMAT);
    segment.putLong(AuditRecordFormat.SEGMENT_NUMBER_AT, 1);
    segment.put(AuditRecordFormat.SEGMENT_HEADER_LENGTH, encoder.bytes(), 0, encoder.length());
    return segment.array();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = AuditRecordTest.class.getResourceAsStream("/golden/audit/v1/" + name)) {
      return in.readAllBytes();
    }
  }

  @Test
  void theBytesNeverChange() throws IOException {
    assertArrayEquals(resource("segment-0000000001"), goldenSegment());
  }

  @Test
  void whatAnyReleaseWroteIsRead(@TempDir Path directory) throws IOException {
    Files.write(directory.resolve("segment-0000000001"), resource("segment-0000000001"));
    List<String> lines = AuditLogReader.events(directory).stream().map(AuditEvent::toJson).toList();
    assertEquals(
        new String(resource("events.jsonl"), StandardCharsets.UTF_8).lines().toList(), lines);
    assertEquals(golden(), AuditLogReader.events(directory));
  }

  @Test
  void whatIsEncodedIsDecoded() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    for (int round = 0; round < 2_000; round++) {
      AuditEvent event = any(random);
      encoder.clear();
      encoder.add(event);
      ByteBuffer record = ByteBuffer.wrap(encoder.bytes(), 0, encoder.length());
      int length = encoder.firstLength();
      assertEquals(encoder.length(), AuditRecordFormat.aligned(length));
      assertEquals(
          record.getInt(AuditRecordFormat.CRC_AT),
          AuditRecordDecoder.checksum(record, 0, length),
          () -> "seed " + seed);
      assertEquals(event, AuditRecordDecoder.decode(record, 0, length), () -> "seed " + seed);
    }
  }

  private static AuditEvent any(Random random) {
    AuditEvent.Builder event =
        AuditEvent.of(
                Instant.ofEpochSecond(random.nextLong(1L << 32), random.nextInt(1_000_000_000)),
                some(random),
                some(random),
                some(random))
            .caller(text(random), some(random), text(random))
            .amount(random.nextInt(), random.nextLong())
            .phase(some(random));
    if (random.nextBoolean()) {
      event.keyId(new UUID(random.nextLong(), random.nextLong()));
    } else {
      event.key(text(random));
    }
    if (random.nextBoolean()) {
      event.usedDataKey(random.nextInt(), new UUID(random.nextLong(), random.nextLong()));
    } else {
      event.used(random.nextInt(), text(random));
    }
    if (random.nextBoolean()) {
      event.count(random.nextLong(1L << 32));
    }
    List<String> contextKeys = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      contextKeys.add(some(random));
    }
    return event.contextKeys(contextKeys).denied(some(random)).build();
  }

  private static String text(Random random) {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private static String some(Random random) {
    return TEXTS[1 + random.nextInt(TEXTS.length - 1)];
  }

  @Test
  void whatIsTooLongIsCut() {
    AuditEvent event =
        AuditEvent.of(Instant.EPOCH, "n", "r", "a")
            .key("日".repeat(100_000))
            .contextKeys(Collections.nCopies(5_000, "k"))
            .build();
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    encoder.add(event);
    ByteBuffer record = ByteBuffer.wrap(encoder.bytes(), 0, encoder.length());
    AuditEvent read = AuditRecordDecoder.decode(record, 0, encoder.firstLength());
    assertEquals("日".repeat(AuditRecordFormat.TEXT_CHARS_MAX), read.key());
    assertEquals(AuditRecordFormat.CONTEXT_KEYS_MAX, read.contextKeys().size());
  }

  @Test
  void aLaterFormatIsToldNotGuessed() {
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    encoder.add(golden().get(0));
    byte[] bytes = encoder.bytes();
    bytes[AuditRecordFormat.FORMAT_AT] = 2;
    assertThrows(
        IllegalArgumentException.class,
        () -> AuditRecordDecoder.decode(ByteBuffer.wrap(bytes), 0, encoder.firstLength()));
  }

  @Test
  void aReaderWantsAFolderOfSegments(@TempDir Path directory) throws IOException {
    assertThrows(IOException.class, () -> AuditLogReader.open(directory.resolve("absent")));
    assertTrue(AuditLogReader.events(directory).isEmpty());
    Files.write(directory.resolve("segment-0000000001"), new byte[200]);
    assertThrows(IOException.class, () -> AuditLogReader.events(directory));
    assertFalse(AuditSegments.list(directory, AuditSegments.EVENTS).isEmpty());
  }
}
