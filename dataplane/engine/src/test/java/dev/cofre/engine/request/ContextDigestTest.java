package dev.cofre.engine.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.digest.ContextDigestKey;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.audit.digest.WrappedDigestKey;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.engine.keys.DigestKeys;
import dev.cofre.engine.keys.KeyLimits;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What audit events tell of tenants and contexts, through an engine whose HSM is simulated. */
class ContextDigestTest {
  private static final byte[] TEXT = "attack at dawn".getBytes(StandardCharsets.US_ASCII);
  private static final EncryptionContext CONTEXT =
      EncryptionContext.of(Map.of("tenant", "acme", "document", "47"));

  private final byte[] yearKey = new byte[WrappedDigestKey.LENGTH];
  private final int year = Instant.now().atOffset(ZoneOffset.UTC).getYear();
  private TestEngine engine;
  private TestEngine.Loop loop;

  @BeforeEach
  void start() throws Exception {
    engine = new TestEngine(Duration.ofMillis(1), KeyLimits.DEFAULT);
    loop = engine.newLoop();
    Arrays.fill(yearKey, (byte) 7);
  }

  @AfterEach
  void stop() {
    loop.close();
    engine.close();
  }

  private DigestKeys keys() {
    return engine.engine.digestKeys();
  }

  private WrappedDigestKey offerThisYears() {
    WrappedDigestKey wrapped = engine.digestKey(year, yearKey);
    keys().offer(List.of(wrapped));
    await(keys()::isReady);
    return wrapped;
  }

  private static void await(BooleanSupplier condition) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < endNs, "in time");
      Thread.onSpinWait();
    }
  }

  private List<AuditEvent> encrypt(EncryptionContext... contexts) {
    return encryptUnder("demo", contexts);
  }

  private List<AuditEvent> encryptUnder(String key, EncryptionContext... contexts) {
    engine.events.clear();
    loop.run(
            () -> {
              Batch batch = loop.path.newBatch();
              for (EncryptionContext context : contexts) {
                batch.add(TEXT, 0, TEXT.length, context);
              }
              return loop.path
                  .encrypt(loop.caller, key, batch)
                  .whenComplete((done, failure) -> batch.close());
            })
        .exceptionally(failure -> null)
        .join();
    return List.copyOf(engine.events);
  }

  private ContextDigests expected(WrappedDigestKey wrapped, EncryptionContext context) {
    return new ContextDigestKey(wrapped.id(), wrapped.year(), yearKey, "default")
        .of(context, Set.of("tenant"));
  }

  @Test
  void anEventTellsTenantAndDigests() {
    WrappedDigestKey wrapped = offerThisYears();
    AuditEvent event = encrypt(CONTEXT).getFirst();
    assertEquals("default", event.tenant());
    assertEquals(List.of("document", "tenant"), event.contextKeys());
    assertEquals(expected(wrapped, CONTEXT), event.contexts());
    assertEquals(List.of("tenant"), event.contexts().names(), "only what is indexed");
    assertFalse(event.toJson().contains("acme"), "no value");
    assertSame(event.contexts(), encrypt(CONTEXT).getFirst().contexts(), "remembered");
    EncryptionContext equal = EncryptionContext.of(Map.of("document", "47", "tenant", "acme"));
    assertSame(event.contexts(), encrypt(equal).getFirst().contexts());
    assertEquals(0, keys().undigestedEvents());
  }

  @Test
  void withoutAContextThereIsNothing() {
    AuditEvent event = encrypt(EncryptionContext.EMPTY).getFirst();
    assertEquals("default", event.tenant());
    assertNull(event.contexts());
    assertEquals(0, keys().undigestedEvents(), "nothing is missing");
  }

  @Test
  void withoutAKeyTheEventSaysSo() {
    AuditEvent event = encrypt(CONTEXT).getFirst();
    assertSame(ContextDigests.NO_KEY, event.contexts());
    assertTrue(event.toJson().contains("\"noDigestKey\":true"), event.toJson());
    assertEquals("allowed", event.outcome());
    assertEquals(1, keys().undigestedEvents());
    assertFalse(keys().isReady());
    offerThisYears();
    assertFalse(encrypt(CONTEXT).getFirst().contexts().isWithoutKey(), "from then on");
  }

  @Test
  void aKeyThatTheHsmDoesNotOpenIsNone() {
    WrappedDigestKey right = engine.digestKey(year, yearKey);
    byte[] damaged = right.wrapped();
    damaged[40] ^= 1;
    keys().offer(List.of(new WrappedDigestKey(right.id(), year, right.kekLabel(), damaged)));
    keys().tried().join();
    assertFalse(keys().isReady());
    assertSame(ContextDigests.NO_KEY, encrypt(CONTEXT).getFirst().contexts());
    keys().offer(List.of(right));
    await(keys()::isReady);
  }

  @Test
  void whatIsRefusedTellsItsContext() {
    WrappedDigestKey wrapped = offerThisYears();
    AuditEvent event = encryptUnder("absent", CONTEXT).getFirst();
    assertEquals("denied", event.outcome());
    assertEquals("default", event.tenant());
    assertEquals(expected(wrapped, CONTEXT), event.contexts());
    assertEquals(CONTEXT.keys(), event.contextKeys());
  }

  @Test
  void eachContextOfABatchIsTold() {
    offerThisYears();
    int count = 2 * ContextDigests.COUNT_MAX + 3;
    EncryptionContext[] contexts = new EncryptionContext[count];
    for (int i = 0; i < count; i++) {
      contexts[i] = EncryptionContext.of(Map.of("tenant", "acme", "row", "" + i));
    }
    List<AuditEvent> events = encrypt(contexts);
    assertEquals(3, events.size());
    assertEquals(count, events.stream().mapToInt(AuditEvent::items).sum());
    assertEquals((long) count * TEXT.length, events.stream().mapToLong(AuditEvent::bytes).sum());
    Set<String> digests = new HashSet<>();
    events.forEach(event -> digests.addAll(event.contexts().contextTexts()));
    assertEquals(count, digests.size());
    events.forEach(event -> assertEquals(1, event.contexts().names().size(), "each value once"));
    AuditEvent refused = encryptUnder("absent", contexts).getFirst();
    assertEquals(1, engine.events.size(), "what failed does not multiply events");
    assertEquals(count, refused.items());
    assertEquals(ContextDigests.COUNT_MAX, refused.contexts().count());
    List<AuditEvent> mixed = encrypt(CONTEXT, EncryptionContext.EMPTY, CONTEXT);
    assertEquals(1, mixed.size());
    assertEquals(1, mixed.getFirst().contexts().count());
  }

  @Test
  void anotherYearHasAnotherKey() {
    WrappedDigestKey now = engine.digestKey(year, yearKey);
    WrappedDigestKey next = engine.digestKey(year + 1, yearKey);
    keys().offer(List.of(now, next));
    await(keys()::isReady);
    ContextDigestKey old = keys().of("default", Instant.now().getEpochSecond());
    assertEquals(now.id(), encrypt(CONTEXT).getFirst().contexts().keyId());

    engine.ahead = Duration.ofDays(366);
    await(keys()::isReady);
    AuditEvent event = encrypt(CONTEXT).getFirst();
    assertEquals(next.id(), event.contexts().keyId());
    assertEquals(expected(next, CONTEXT), event.contexts());
    assertNotNull(old);
    // The sweep overwrites what is over.
    await(() -> old.of(CONTEXT, Set.of()) == null);
    assertNull(keys().of("default", Instant.now().getEpochSecond()));

    engine.ahead = Duration.ofDays(3 * 366);
    assertSame(ContextDigests.NO_KEY, encrypt(CONTEXT).getFirst().contexts(), "nobody made one");
  }

  @Test
  void whatIsNotOfferedAnyMoreIsOverwritten() {
    WrappedDigestKey first = offerThisYears();
    ContextDigestKey held = keys().of("default", Instant.now().getEpochSecond());
    WrappedDigestKey second = engine.digestKey(year, yearKey);
    keys().offer(List.of(second));
    await(() -> held.of(CONTEXT, Set.of()) == null);
    await(keys()::isReady);
    assertNotEquals(first.id(), second.id());
    assertEquals(second.id(), encrypt(CONTEXT).getFirst().contexts().keyId());
  }

  @Test
  @SuppressWarnings("ReferenceEquality") // the very object that is remembered
  void aContextThatComesAgainMakesNoGarbage() {
    offerThisYears();
    ContextDigester digester = new ContextDigester(keys(), Set.of("tenant"));
    Instant now = Instant.now();
    ContextDigests first = digester.of("default", CONTEXT, now);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    int others = 0;
    for (int i = 0; i < 100_000; i++) {
      others += digester.of("default", CONTEXT, now) == first ? 0 : 1;
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(0, others);
    assertTrue(allocated < 10_000, allocated + " bytes in 100,000 looks");
  }

  @Test
  void tenantsDoNotPushOutEachOther() {
    offerThisYears();
    ContextDigester digester = new ContextDigester(keys(), Set.of());
    Instant now = Instant.now();
    List<EncryptionContext> contexts = manyContexts(40);
    List<ContextDigests> first = bothTenants(digester, contexts, now);
    List<ContextDigests> again = bothTenants(digester, contexts, now);
    assertEquals(first, again);
    assertTrue(remembered(first, again) > 40, "of 80 are remembered");
  }

  private static List<ContextDigests> bothTenants(
      ContextDigester digester, List<EncryptionContext> contexts, Instant now) {
    return contexts.stream()
        .flatMap(
            context ->
                Stream.of(digester.of("one", context, now), digester.of("other", context, now)))
        .toList();
  }

  @SuppressWarnings("ReferenceEquality") // the very object that is remembered
  private static long remembered(List<ContextDigests> first, List<ContextDigests> again) {
    return IntStream.range(0, first.size()).filter(i -> first.get(i) == again.get(i)).count();
  }

  private static List<EncryptionContext> manyContexts(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> EncryptionContext.of(Map.of("tenant", "acme", "row", "" + i)))
        .toList();
  }

  @Test
  void aLargeBatchPushesOutNothingAndIsAppendedInParts() {
    offerThisYears();
    ContextDigests before = encrypt(CONTEXT).getFirst().contexts();
    engine.parts.clear();
    List<AuditEvent> events = encrypt(manyContexts(10_000).toArray(EncryptionContext[]::new));
    assertEquals(40, events.size());
    assertEquals(10_000, events.stream().mapToInt(event -> event.contexts().count()).sum());
    assertTrue(engine.parts.stream().allMatch(part -> part <= 4), engine.parts::toString);
    assertSame(before, encrypt(CONTEXT).getFirst().contexts(), "remembered");
  }

  @Test
  void aSecondOfferDoesNotSayThatTheFirstWasTried() throws Exception {
    try (TestEngine slow = new TestEngine(Duration.ofMillis(300), KeyLimits.DEFAULT)) {
      DigestKeys waiting = slow.engine.digestKeys();
      List<WrappedDigestKey> offered = List.of(slow.digestKey(year, yearKey));
      waiting.offer(offered);
      waiting.offer(offered);
      waiting.tried().join();
      assertTrue(waiting.isReady());
    }
  }

  @Test
  void thatThereIsNoneIsTriedAtOnce() {
    keys().offer(List.of());
    assertTrue(keys().tried().isDone());
  }

  @Test
  void tenantsHaveKeysOfTheirOwn() {
    offerThisYears();
    long nowS = Instant.now().getEpochSecond();
    List<String> one = keys().of("one", nowS).of(CONTEXT, Set.of()).contextTexts();
    assertEquals(one, keys().of("one", nowS).of(CONTEXT, Set.of()).contextTexts());
    assertNotEquals(one, keys().of("other", nowS).of(CONTEXT, Set.of()).contextTexts());
    // More tenants than are kept: derived again, and the same.
    for (int i = 0; i < 5_000; i++) {
      keys().of("tenant-" + i, nowS);
    }
    assertEquals(one, keys().of("one", nowS).of(CONTEXT, Set.of()).contextTexts());
  }
}
