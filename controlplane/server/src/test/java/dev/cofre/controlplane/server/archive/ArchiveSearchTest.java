package dev.cofre.controlplane.server.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.encoding.Hex;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a search finds is what one finds who looks at every event. */
class ArchiveSearchTest {
  private static final int SEGMENT_BYTES = 20_000;
  private static final long SEED = Long.getLong("cofre.seed", new Random().nextLong());
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private static final int DIGESTS = 40;

  @TempDir Path directory;
  private final Random random = new Random(SEED);
  private final List<UUID> keys = new ArrayList<>();
  private final List<AuditEvent> all = new ArrayList<>();

  @BeforeEach
  void tellSeed() {
    System.out.println("ArchiveSearchTest: -Dcofre.seed=" + SEED);
    for (int i = 0; i < 8; i++) {
      keys.add(new UUID(random.nextLong(), random.nextLong()));
    }
  }

  /** Out of their order by up to 50 ms, and now and then by a day, as when a clock is set. */
  private AuditEvent event(int number) {
    long jitterNs = random.nextInt(50_000_000);
    long leapNs = random.nextInt(2_000) == 0 ? 86_400_000_000_000L : 0;
    Instant time = BEGIN.plusNanos(number * 1_000_000L + jitterNs - leapNs);
    AuditEvent.Builder event =
        AuditEvent.of(time, "n", "r" + number, random.nextInt(4) == 0 ? "decrypt" : "encrypt")
            .caller("p" + random.nextInt(5), "token", "192.0.2." + random.nextInt(30));
    if (random.nextInt(10) == 0) {
      event.key("alias" + random.nextInt(3)).denied("key_not_found");
    } else {
      event.keyId(keys.get(random.nextInt(keys.size()))).usedDataKey(1, UUID.randomUUID());
    }
    if (random.nextBoolean()) {
      event.tenant("t" + random.nextInt(3)).contexts(contexts());
    }
    return event.build();
  }

  private ContextDigests contexts() {
    if (random.nextInt(5) == 0) {
      return ContextDigests.NO_KEY;
    }
    List<byte[]> contexts = new ArrayList<>();
    for (int n = random.nextInt(4); n >= 0; n--) {
      contexts.add(digest(random.nextInt(DIGESTS)));
    }
    return ContextDigests.of(
        new UUID(1, 2), contexts, List.of("name"), List.of(digest(random.nextInt(DIGESTS))));
  }

  private static byte[] digest(int number) {
    byte[] digest = new byte[ContextDigests.LENGTH];
    new Random(number).nextBytes(digest);
    return digest;
  }

  private static boolean has(AuditEvent event, String digest) {
    ContextDigests contexts = event.contexts();
    return contexts != null
        && (contexts.contextTexts().contains(digest)
            || contexts.pairTexts().contains("name:" + digest));
  }

  private void fill(Archive archive, List<GeneratedLog> logs, int events) throws Exception {
    for (int i = 0; i < events; ) {
      GeneratedLog log = logs.get(random.nextInt(logs.size()));
      List<AuditEvent> batch = new ArrayList<>();
      for (int n = 1 + random.nextInt(40); n > 0 && i < events; n--, i++) {
        batch.add(event(all.size() + batch.size()));
      }
      all.addAll(batch);
      assertEquals(log.size() + batch.size(), archive.take(log.append(batch)));
    }
  }

  @Test
  void findsAllThatIsThereAndNothingElse() throws Exception {
    List<GeneratedLog> logs = List.of(new GeneratedLog("n1"), new GeneratedLog("n2"));
    try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
      fill(archive, logs, 3_000);
      searches(archive);
      assertTrue(archive.figures().segments() > 10, "many segments");
    }
    try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
      searches(archive);
      fill(archive, logs, 500);
    }
    deleteSome("index");
    try (Archive archive = Archive.open(directory, SEGMENT_BYTES)) {
      searches(archive);
      assertEquals(all.size(), archive.figures().events());
    }
  }

  private void deleteSome(String suffix) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(suffix)).toList()) {
        if (random.nextBoolean()) {
          Files.delete(file);
        }
      }
    }
  }

  private void searches(Archive archive) throws Exception {
    check(archive, List.of(), event -> true);
    for (UUID key : keys) {
      check(archive, List.of(Value.ofKey(key)), event -> event.key().equals(key.toString()));
    }
    check(archive, List.of(Value.of(Field.KEY, "alias1")), event -> event.key().equals("alias1"));
    check(
        archive,
        List.of(Value.of(Field.PRINCIPAL, "p3"), Value.of(Field.OUTCOME, "denied")),
        event -> event.principal().equals("p3") && event.outcome().equals("denied"));
    check(
        archive,
        List.of(Value.of(Field.ADDRESS, "192.0.2.7"), Value.of(Field.ACTION, "decrypt")),
        event -> event.address().equals("192.0.2.7") && event.action().equals("decrypt"));
    check(archive, List.of(Value.of(Field.PRINCIPAL, "nobody")), event -> false);
    check(archive, List.of(Value.of(Field.TENANT, "t1")), event -> "t1".equals(event.tenant()));
    for (int i = 0; i < DIGESTS; i++) {
      String text = Hex.encode(digest(i));
      check(archive, List.of(Value.ofDigest(digest(i))), event -> has(event, text));
    }
    String one = Hex.encode(digest(1));
    String two = Hex.encode(digest(2));
    check(
        archive,
        List.of(Value.ofDigest(digest(1)), Value.ofDigest(digest(2))),
        event -> has(event, one) && has(event, two));
    check(
        archive,
        List.of(Value.ofDigest(digest(1)), Value.of(Field.PRINCIPAL, "p2")),
        event -> has(event, one) && event.principal().equals("p2"));
    check(archive, List.of(Value.ofDigest(digest(DIGESTS))), event -> false);
  }

  private void check(Archive archive, List<Value> values, Predicate<AuditEvent> wanted)
      throws Exception {
    long from = nanos(BEGIN) + random.nextInt(1_500) * 1_000_000L;
    long to = from + random.nextInt(1_500) * 1_000_000L;
    check(archive, values, wanted, Long.MIN_VALUE, Long.MAX_VALUE);
    check(archive, values, wanted, from, to);
  }

  private void check(
      Archive archive, List<Value> values, Predicate<AuditEvent> wanted, long from, long to)
      throws Exception {
    List<Long> expected =
        all.stream()
            .filter(wanted)
            .map(event -> nanos(event.time()))
            .filter(time -> time >= from && time <= to)
            .sorted(Comparator.reverseOrder())
            .toList();
    List<Long> found = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    Optional<EventPlace> behind = Optional.empty();
    do {
      Archive.Page page =
          archive.search(
              new EventQuery(List.of(values), from, to, behind, 1 + random.nextInt(300)));
      for (Archive.Entry entry : page.entries()) {
        assertTrue(wanted.test(entry.event()), () -> entry.event().toJson());
        found.add(nanos(entry.event().time()));
        ids.add(entry.event().requestId());
      }
      behind = page.next().map(place -> EventPlace.ofCursor(place.toCursor()));
    } while (behind.isPresent());
    assertEquals(expected, found);
    assertEquals(ids.size(), ids.stream().distinct().count(), "each once");
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }
}
