package dev.cofre.engine.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.context.EncryptionContext;
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
  private static final KeyLimits LIMITS = new KeyLimits(1_000, 100, 10_000, 1_000, 10, 1_000);

  private final AtomicLong clock = new AtomicLong();
  private final UUID id = UUID.randomUUID();
  private HsmGateway gateway;
  private KeyMetadata key;
  private KeyWrapping wrapping;
  private DecryptionKeys decryption;
  private EncryptionKeys encryption;

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
    decryption = new DecryptionKeys(wrapping, LIMITS, clock::get);
    encryption = new EncryptionKeys(wrapping, decryption, LIMITS, 16, clock::get);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static byte[] bytes(DataKey dataKey) {
    byte[] bytes = new byte[32];
    return dataKey.read(bytes) ? bytes : null;
  }

  private CompletableFuture<DataKey> unwrap(WrappedDataKey wrapped, EncryptionContext context) {
    return decryption.acquire(wrapped, key, key.versions().get(1), context);
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
    List<CompletableFuture<DataKey>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(encryption.acquire(key));
    }
    DataKey first = waiting.getFirst().join();
    waiting.forEach(one -> assertSame(first, one.join()));
    assertEquals(1, encryption.minted());
  }

  @Test
  void oneUnwrapHoweverManyWait() {
    KeyWrapping.Minted minted = wrapping.mint(key, Usage.SERVICE, EncryptionContext.EMPTY).join();
    List<CompletableFuture<DataKey>> waiting = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      waiting.add(unwrap(minted.wrapped(), EncryptionContext.EMPTY));
    }
    waiting.forEach(one -> assertArrayEquals(minted.plaintext(), bytes(one.join())));
    assertEquals(1, decryption.misses());
  }

  @Test
  void whatWasMintedHereDecryptsWithoutTheHsm() {
    DataKey dataKey = encryption.acquire(key).join();
    assertArrayEquals(
        bytes(dataKey), bytes(unwrap(dataKey.wrapped(), EncryptionContext.EMPTY).join()));
    assertEquals(0, decryption.misses());
  }

  @Test
  void aDataKeyEndsByTime() {
    DataKey first = encryption.acquire(key).join();
    clock.addAndGet(1_000_000_001L);
    DataKey second = encryption.acquire(key).join();
    assertNotEquals(first.wrapped(), second.wrapped());
    assertNull(bytes(first), "overwritten");
  }

  @Test
  void aDataKeyEndsByRequestsAndItsSuccessorIsMadeAhead() {
    DataKey first = encryption.acquire(key).join();
    for (int i = 1; i < 80; i++) {
      assertSame(first, encryption.acquire(key).join());
    }
    assertSame(first, encryption.acquire(key).join());
    awaitTrue(() -> encryption.minted() == 2 && encryption.acquire(key).join() != first);
    assertNull(bytes(first), "overwritten");
  }

  @Test
  void aDataKeyEndsByBytes() {
    DataKey first = encryption.acquire(key).join();
    encryption.used(first, 10_000);
    assertNotEquals(first.wrapped(), encryption.acquire(key).join().wrapped());
  }

  @Test
  void evictionOverwrites() {
    DataKey encrypting = encryption.acquire(key).join();
    DataKey decrypting = unwrap(encrypting.wrapped(), EncryptionContext.EMPTY).join();
    assertNotNull(bytes(decrypting));
    encryption.evict((keyId, version) -> false);
    decryption.evict(keyId -> false);
    assertNull(bytes(encrypting));
    assertNull(bytes(decrypting));
    assertEquals(0, decryption.size());
  }

  @Test
  void theCacheIsBounded() {
    for (int i = 0; i < 25; i++) {
      KeyWrapping.Minted minted = wrapping.mint(key, Usage.SERVICE, EncryptionContext.EMPTY).join();
      assertNotNull(bytes(unwrap(minted.wrapped(), EncryptionContext.EMPTY).join()));
    }
    assertTrue(decryption.size() <= 10, "entries: " + decryption.size());
  }

  @Test
  void aCallerDataKeyUnwrapsUnderItsContextAlone() {
    EncryptionContext context = EncryptionContext.of(java.util.Map.of("k", "v"));
    KeyWrapping.Minted minted = wrapping.mint(key, Usage.CALLER, context).join();
    assertArrayEquals(minted.plaintext(), bytes(unwrap(minted.wrapped(), context).join()));
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () -> unwrap(minted.wrapped(), EncryptionContext.EMPTY).join());
    assertEquals(
        ErrorCode.INVALID_CIPHERTEXT,
        assertInstanceOf(ProblemException.class, failure.getCause()).code());
  }

  @Test
  void aFailedUnwrapIsNotCached() {
    WrappedDataKey wrapped =
        wrapping.mint(key, Usage.SERVICE, EncryptionContext.EMPTY).join().wrapped();
    byte[] changed = wrapped.bytes();
    changed[60] ^= 1;
    WrappedDataKey broken = WrappedDataKey.parse(changed, 0);
    assertThrows(CompletionException.class, () -> unwrap(broken, EncryptionContext.EMPTY).join());
    assertEquals(0, decryption.size());
  }

  @Test
  void keyMemoryIsOverwrittenAndReused() {
    KeyMemory memory = new KeyMemory(2);
    byte[] one = KernelRandom.INSTANCE.bytes(32);
    int slot = memory.store(one);
    assertEquals(1, memory.store(one));
    assertEquals(-1, memory.store(one), "full");
    memory.free(slot);
    byte[] out = new byte[32];
    memory.read(slot, out);
    assertArrayEquals(new byte[32], out);
    assertEquals(slot, memory.store(one));
  }
}
