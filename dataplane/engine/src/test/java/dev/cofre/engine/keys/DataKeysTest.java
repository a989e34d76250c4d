package dev.cofre.engine.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.engine.snapshot.Statements;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.Requester;
import dev.cofre.hsm.SoftHsmToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Data keys with a real SoftHSM2 behind them; only the clock is the test's. */
class DataKeysTest {
  private static final EncryptionContext NONE = EncryptionContext.EMPTY;
  private static final KeyLimits LIMITS = new KeyLimits(1_000, 100, 10_000, 1_000, 10, 1_000);

  private final AtomicLong clock = new AtomicLong();
  private final UUID id = UUID.randomUUID();
  private HsmGateway gateway;
  private KeyMetadata key;
  private KeyWrapping wrapping;
  private DataKeys keys;
  private Derivations derivations;

  @BeforeEach
  void start() throws Exception {
    Hsm hsm = SoftHsmToken.login();
    hsm.generateKek("kek-" + id);
    gateway = new HsmGateway(hsm, Duration.ofSeconds(10));
    key =
        SnapshotState.NONE
            .apply(
                Statements.complete(1, 1, "one")
                    .addKeys(Statements.key(id, "demo", KeyState.KEY_STATE_ACTIVE, "kek-" + id))
                    .build())
            .key(id);
    wrapping = new KeyWrapping(gateway, KernelRandom.INSTANCE);
    keys = new DataKeys(wrapping, LIMITS, clock::get);
    derivations = keys.newDerivations();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private EncryptionKey encryptionKey() {
    EncryptionKey ready = keys.encryption().ready(key, clock.get());
    if (ready == null) {
      keys.encryption().load(key, Requester.NODE).join();
      ready = keys.encryption().ready(key, clock.get());
    }
    return ready;
  }

  @Test
  void areThereAheadForKeysThatMayEncrypt() throws Exception {
    SnapshotState state =
        SnapshotState.NONE.apply(
            Statements.complete(1, 1, "one")
                .addKeys(Statements.key(id, "demo", KeyState.KEY_STATE_ACTIVE, "kek-" + id))
                .addKeys(
                    Statements.key(
                        UUID.randomUUID(), "off", KeyState.KEY_STATE_DISABLED, "kek-" + id))
                .build());
    keys.encryption().loadAhead(state, 0).join();
    assertEquals(1, keys.encryption().minted());
    assertNotNull(keys.encryption().ready(key, clock.get()));
    keys.encryption().loadAhead(state, Long.MAX_VALUE).join();
    assertEquals(1, keys.encryption().minted());
  }

  private long find(WrappedDataKey wrapped, EncryptionContext context) {
    return keys.decryption().find(wrapped.bytes(), 0, key, context, clock.get());
  }

  private CompletableFuture<Void> load(WrappedDataKey wrapped, EncryptionContext context) {
    return keys.decryption().load(wrapped.bytes(), 0, key, context, Requester.NODE);
  }

  private KeyWrapping.Minted minted(Usage usage, EncryptionContext context) {
    return wrapping.mint(key, usage, context, Requester.NODE).join();
  }

  /** What a data key derives for one salt, or null when it is gone: proof of its bytes. */
  private byte[] derived(long handle) {
    RequestKeyDerivation derivation = derivations.get(handle);
    return derivation == null ? null : derived(derivation);
  }

  private static byte[] derived(RequestKeyDerivation derivation) {
    byte[] out = new byte[RequestKeyDerivation.OUTPUT_LENGTH];
    derivation.derive(new byte[24], 0, out);
    return out;
  }

  private static byte[] expected(KeyWrapping.Minted minted) {
    return derived(new RequestKeyDerivation(minted.plaintext().copy(), minted.wrapped()));
  }

  private static void awaitTrue(java.util.function.BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "in time");
      Thread.onSpinWait();
    }
  }

  @Test
  void oneMintHoweverManyWait() {
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(keys.encryption().load(key, Requester.NODE));
    }
    waiting.forEach(CompletableFuture::join);
    assertSame(encryptionKey(), encryptionKey());
    assertEquals(1, keys.encryption().minted());
  }

  @Test
  void oneUnwrapHoweverManyWait() {
    KeyWrapping.Minted minted = minted(Usage.SERVICE, NONE);
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      waiting.add(load(minted.wrapped(), NONE));
    }
    waiting.forEach(CompletableFuture::join);
    assertArrayEquals(expected(minted), derived(find(minted.wrapped(), NONE)));
    assertEquals(1, keys.decryption().misses());
    load(minted.wrapped(), NONE).join();
    assertEquals(1, keys.decryption().misses(), "who comes late finds it");
  }

  @Test
  void oneUnwrapHoweverManyThreadsAsk() throws InterruptedException {
    KeyWrapping.Minted minted = minted(Usage.SERVICE, NONE);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 1_250; i++) {
                      load(minted.wrapped(), NONE).join();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, keys.decryption().misses());
  }

  @Test
  void whatWasMintedHereDecryptsWithoutTheHsm() {
    EncryptionKey encrypting = encryptionKey();
    assertArrayEquals(derived(encrypting.handle()), derived(find(encrypting.wrapped(), NONE)));
    assertEquals(0, keys.decryption().misses());
  }

  @Test
  void aDataKeyEndsByTime() {
    EncryptionKey first = encryptionKey();
    clock.addAndGet(1_000_000_001L);
    assertEquals(DataKeys.NONE, find(first.wrapped(), NONE), "over for decryption too");
    EncryptionKey second = encryptionKey();
    assertNotEquals(first.wrapped(), second.wrapped());
    assertNull(derived(first.handle()), "overwritten");
    assertEquals(0, keys.waits(), "nobody had used them lately");
    keys.sweep();
    assertEquals(1, keys.decryption().size(), "the second's");
  }

  @Test
  void whoFindsALateSuccessorIsCounted() {
    EncryptionKey first = encryptionKey();
    gateway.close();
    clock.addAndGet(850_000_000L);
    assertSame(first, keys.encryption().ready(key, clock.get()));
    assertNotEquals(DataKeys.NONE, find(first.wrapped(), NONE));
    clock.addAndGet(160_000_000L);
    assertNull(keys.encryption().ready(key, clock.get()));
    assertEquals(DataKeys.NONE, find(first.wrapped(), NONE));
    assertEquals(2, keys.waits());
  }

  @Test
  void aDataKeyEndsByRequestsAndItsSuccessorIsMadeAhead() {
    EncryptionKey first = encryptionKey();
    for (int i = 1; i < 80; i++) {
      assertSame(first, encryptionKey());
    }
    assertSame(first, encryptionKey());
    // Asking for the data key while waiting would use the old one up.
    awaitTrue(() -> derived(first.handle()) == null);
    assertNotSame(first, encryptionKey());
    assertEquals(2, keys.encryption().minted());
    assertEquals(0, keys.waits());
  }

  @Test
  void aDataKeyEndsByBytes() {
    EncryptionKey first = encryptionKey();
    first.used(10_000);
    assertNotEquals(first.wrapped(), encryptionKey().wrapped());
  }

  @Test
  void itIsToldWhatIsLeft() throws Exception {
    SnapshotState state =
        SnapshotState.NONE.apply(
            Statements.complete(1, 1, "one")
                .addKeys(Statements.key(id, "demo", KeyState.KEY_STATE_ACTIVE, "kek-" + id))
                .build());
    keys.measure(state);
    assertEquals(List.of(), keys.mostUsed());
    EncryptionKey ready = encryptionKey();
    for (int i = 1; i < 30; i++) {
      encryptionKey();
    }
    ready.used(5_000);
    clock.addAndGet(700_000_000L);
    keys.measure(state);
    assertEquals(
        List.of(new DataKeyLeft(id, key.currentVersion(), 70, 5_000, 300, 0.5)), keys.mostUsed());
    keys.measure(SnapshotState.NONE);
    assertEquals(List.of(), keys.mostUsed(), "it encrypts no more");
  }

  @Test
  void aDataKeyInUseIsUnwrappedAgainBeforeItsEnd() {
    KeyWrapping.Minted minted = minted(Usage.SERVICE, NONE);
    load(minted.wrapped(), NONE).join();
    long handle = find(minted.wrapped(), NONE);
    for (int round = 1; round <= 5; round++) {
      long refreshes = round;
      clock.addAndGet(800_000_000L);
      assertEquals(handle, find(minted.wrapped(), NONE));
      awaitTrue(() -> keys.decryption().refreshes() == refreshes);
    }
    assertEquals(1, keys.decryption().misses());
    assertEquals(0, keys.waits());
  }

  @Test
  void aDataKeyThatIsNotUsedEnds() {
    KeyWrapping.Minted minted = minted(Usage.SERVICE, NONE);
    load(minted.wrapped(), NONE).join();
    clock.addAndGet(1_000_000_001L);
    keys.sweep();
    assertEquals(0, keys.decryption().size());
    assertEquals(0, keys.decryption().refreshes());
  }

  @Test
  void evictionOverwrites() {
    EncryptionKey encrypting = encryptionKey();
    long decrypting = find(encrypting.wrapped(), NONE);
    assertNotNull(derived(encrypting.handle()));
    assertNotNull(derived(decrypting));
    keys.evict(() -> SnapshotState.NONE);
    assertNull(derived(encrypting.handle()));
    assertNull(derived(decrypting));
    assertEquals(0, keys.decryption().size());
  }

  @Test
  void theCacheIsBounded() {
    for (int i = 0; i < 25; i++) {
      KeyWrapping.Minted minted = minted(Usage.SERVICE, NONE);
      load(minted.wrapped(), NONE).join();
      assertArrayEquals(expected(minted), derived(find(minted.wrapped(), NONE)));
    }
    assertEquals(10, keys.decryption().size());
  }

  @Test
  void aCallerDataKeyUnwrapsUnderItsContextAlone() {
    EncryptionContext context = EncryptionContext.of(java.util.Map.of("k", "v"));
    KeyWrapping.Minted minted = minted(Usage.CALLER, context);
    load(minted.wrapped(), context).join();
    assertArrayEquals(expected(minted), derived(find(minted.wrapped(), context)));
    assertEquals(DataKeys.NONE, find(minted.wrapped(), NONE));
    CompletionException failure =
        assertThrows(CompletionException.class, () -> load(minted.wrapped(), NONE).join());
    assertEquals(
        ErrorCode.INVALID_CIPHERTEXT,
        assertInstanceOf(ProblemException.class, failure.getCause()).code());
  }

  @Test
  void aFailedUnwrapIsNotCached() {
    byte[] changed = minted(Usage.SERVICE, NONE).wrapped().bytes();
    changed[60] ^= 1;
    WrappedDataKey broken = WrappedDataKey.parse(changed, 0);
    assertThrows(CompletionException.class, () -> load(broken, NONE).join());
    assertEquals(0, keys.decryption().size());
  }
}
