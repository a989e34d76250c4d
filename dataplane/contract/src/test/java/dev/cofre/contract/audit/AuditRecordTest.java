package dev.cofre.contract.audit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.digest.ContextDigestKey;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.context.EncryptionContext;
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
import java.util.Map;
import java.util.Random;
import java.util.Set;
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

  /** The same of what format 2 adds; made from docs/PROTOCOL.md by other means. */
  static List<AuditEvent> goldenSecond() {
    Instant time = Instant.parse("2026-01-02T03:04:05.678901234Z");
    UUID key = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    UUID dataKey = UUID.fromString("ffeeddcc-bbaa-9988-7766-554433221100");
    EncryptionContext context = EncryptionContext.of(Map.of("tenant", "t-1", "größe", "XL"));
    return List.of(
        AuditEvent.of(time, "node-1", "r1", "encrypt")
            .caller("app", "token", "192.0.2.1")
            .tenant("acme")
            .keyId(key)
            .usedDataKey(3, dataKey)
            .amount(2, 5_000_000_000L)
            .contextKeys(context.keys())
            .contexts(digests(context))
            .build(),
        AuditEvent.of(time, "n", "r2", "decrypt")
            .caller("app", "mtls", "2001:db8::1")
            .tenant("acme")
            .keyId(key)
            .usedDataKey(3, dataKey)
            .amount(2, 10)
            .contextKeys(List.of("tenant"))
            .contexts(
                ContextDigests.together(
                    List.of(
                        digests(EncryptionContext.of(Map.of("tenant", "t-1"))),
                        digests(EncryptionContext.of(Map.of("tenant", "t-2"))))))
            .build(),
        AuditEvent.of(time, "n", "r3", "decrypt")
            .caller("app", "token", "192.0.2.1")
            .tenant("acme")
            .keyId(key)
            .usedDataKey(3, dataKey)
            .amount(1, 0)
            .contextKeys(List.of("tenant"))
            .contexts(ContextDigests.NO_KEY)
            .failed("invalid_ciphertext")
            .build(),
        AuditEvent.of(time, "n", "r4", "encrypt")
            .caller("svc", "kerberos", null)
            .tenant("größe")
            .key("absent")
            .denied("forbidden")
            .build());
  }

  private static ContextDigests digests(EncryptionContext context) {
    byte[] yearKey = new byte[32];
    for (int i = 0; i < yearKey.length; i++) {
      yearKey[i] = (byte) i;
    }
    UUID id = UUID.fromString("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    return new ContextDigestKey(id, 2026, yearKey, "acme").of(context, Set.of("tenant"));
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
              .tenant(fieldText(random))
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

  private static byte[] segment(List<AuditEvent> events) {
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    events.forEach(encoder::add);
    ByteBuffer segment =
        ByteBuffer.allocate(AuditRecordFormat.SEGMENT_HEADER_LENGTH + encoder.length() + 64);
    segment.putLong(0, AuditRecordFormat.SEGMENT_MAGIC);
    segment.putInt(AuditRecordFormat.SEGMENT_FORMAT_AT, AuditRecordFormat.FORMAT);
    segment.putLong(AuditRecordFormat.SEGMENT_NUMBER_AT, 1);
    segment.put(AuditRecordFormat.SEGMENT_HEADER_LENGTH, encoder.bytes(), 0, encoder.length());
    return segment.array();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = AuditRecordTest.class.getResourceAsStream("/golden/audit/" + name)) {
      return in.readAllBytes();
    }
  }

  @Test
  void theBytesNeverChange() throws IOException {
    assertArrayEquals(resource("v1/segment-0000000001"), segment(golden()));
    assertArrayEquals(resource("v2/segment-0000000001"), segment(goldenSecond()));
  }

  @Test
  void whatAnyReleaseWroteIsRead(@TempDir Path directory) throws IOException {
    assertReads(directory, "v1", golden());
    assertReads(directory, "v2", goldenSecond());
  }

  private static void assertReads(Path directory, String version, List<AuditEvent> events)
      throws IOException {
    byte[] segment = resource(version + "/segment-0000000001");
    Files.write(directory.resolve("segment-0000000001"), segment);
    List<String> lines = AuditLogReader.events(directory).stream().map(AuditEvent::toJson).toList();
    assertEquals(
        new String(resource(version + "/events.jsonl"), StandardCharsets.UTF_8).lines().toList(),
        lines);
    assertEquals(events, AuditLogReader.events(directory));
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
    return event
        .contextKeys(contextKeys)
        .tenant(text(random))
        .contexts(contexts(random))
        .denied(some(random))
        .build();
  }

  private static ContextDigests contexts(Random random) {
    List<byte[]> contexts = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<byte[]> pairs = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      contexts.add(digest(random));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      names.add(some(random));
      pairs.add(digest(random));
    }
    return switch (random.nextInt(3)) {
      case 0 -> null;
      case 1 -> ContextDigests.NO_KEY;
      default -> ContextDigests.of(new UUID(1, random.nextLong()), contexts, names, pairs);
    };
  }

  private static byte[] digest(Random random) {
    byte[] digest = new byte[ContextDigests.LENGTH];
    random.nextBytes(digest);
    return digest;
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
    bytes[AuditRecordFormat.FORMAT_AT] = 3;
    assertThrows(
        IllegalArgumentException.class,
        () -> AuditRecordDecoder.decode(ByteBuffer.wrap(bytes), 0, encoder.firstLength()));
  }

  /** What a record is searched by is in it wherever it stands. */
  @Test
  void fieldsAreFoundInBothFormats() {
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    RecordFields fields = new RecordFields();
    List<AuditEvent> all = new ArrayList<>(golden());
    all.addAll(goldenSecond());
    for (AuditEvent event : all) {
      encoder.clear();
      encoder.add(event);
      ByteBuffer record = ByteBuffer.wrap(encoder.bytes(), 0, encoder.length());
      fields.read(record, 0);
      assertEquals(event.tenant() != null, fields.has(RecordFields.Field.TENANT));
      if (event.tenant() != null) {
        RecordFields.Value tenant =
            RecordFields.Value.of(RecordFields.Field.TENANT, event.tenant());
        assertTrue(fields.matches(record, tenant));
        assertEquals(tenant.hash(), fields.hash(record, RecordFields.Field.TENANT));
      }
      ContextDigests digests = event.contexts();
      int count = digests == null ? 0 : digests.count() + digests.names().size();
      assertEquals(count, fields.digestCount());
      for (int i = 0; i < count; i++) {
        byte[] digest =
            i < digests.count() ? digests.context(i) : digests.pair(i - digests.count());
        RecordFields.Value value = RecordFields.Value.ofDigest(digest);
        assertTrue(fields.matches(record, value));
        assertEquals(value.hash(), fields.digestHash(record, i));
        digest[31] ^= 1;
        assertFalse(fields.matches(record, RecordFields.Value.ofDigest(digest)));
      }
    }
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
