package dev.cofre.client.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.DataKey;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class HeldKeysTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] WHAT = {1};
  private static final byte[] OTHER = {2};

  private final HeldKeys keys = new HeldKeys(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final Queue<DataKeyUse> told = new ConcurrentLinkedQueue<>();

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private HeldKey key(long ttlMs, LocalLimits limits) {
    return key(ttlMs, limits, told::add);
  }

  private static HeldKey key(long ttlMs, LocalLimits limits, Consumer<DataKeyUse> ended) {
    WrappedDataKey wrapped =
        new WrappedDataKey.Identity(
                Protection.HSM, Usage.CALLER, UUID.randomUUID(), 1, UUID.randomUUID())
            .withWrap(random(EnvelopeFormat.WRAP_LENGTH));
    byte[] plaintext = random(EnvelopeFormat.KEY_LENGTH);
    HeldKey held =
        new HeldKey(DataKey.of(plaintext, wrapped, ttlMs), System.nanoTime(), limits, ended);
    assertArrayEquals(new byte[EnvelopeFormat.KEY_LENGTH], plaintext);
    assertFalse(held.isWiped());
    return held;
  }

  private CompletableFuture<HeldKey> ask(long ttlMs) {
    asked.incrementAndGet();
    return CompletableFuture.completedFuture(key(ttlMs, LocalLimits.DEFAULT));
  }

  @Test
  void manyWhoWaitAskOnce() {
    CompletableFuture<HeldKey> coming = new CompletableFuture<>();
    CompletableFuture<HeldKey> first =
        keys.get(
            WHAT,
            () -> {
              asked.incrementAndGet();
              return coming;
            });
    CompletableFuture<HeldKey> second = keys.get(WHAT, () -> ask(1_000));
    coming.complete(key(60_000, LocalLimits.DEFAULT));
    assertSame(first.join(), second.join());
    assertSame(first.join(), keys.get(WHAT, () -> ask(1_000)).join());
    assertEquals(1, asked.get());
  }

  @Test
  void whatIsInUseIsOverwrittenWithItsLastUse() {
    HeldKey key = keys.get(WHAT, () -> ask(60_000)).join();
    keys.get(OTHER, () -> ask(60_000)).join();
    assertFalse(key.isWiped(), "it is held");
    key.release();
    assertTrue(key.isWiped());
    assertFalse(key.hold());
  }

  @Test
  void whatIsOverIsOverwrittenAndAskedForAnew() {
    HeldKey key = keys.get(WHAT, () -> ask(0)).join();
    key.release();
    HeldKey next = keys.get(WHAT, () -> ask(60_000)).join();
    assertNotSame(key, next);
    assertTrue(key.isWiped());
    next.release();
    keys.sweep(System.nanoTime());
    assertFalse(next.isWiped());
    keys.close();
    assertTrue(next.isWiped());
  }

  @Test
  void whatIsSpentIsReplaced() {
    LocalLimits limits = new LocalLimits(2, 100, 1);
    HeldKey key = key(60_000, limits);
    assertTrue(key.spend(50));
    assertTrue(key.spend(50));
    assertFalse(key.spend(0));
    assertFalse(key(60_000, limits).spend(101));
  }

  /** By many threads at once, the last of which is not the one that gives the key up. */
  @Test
  void allUsesAreToldOnceWhenTheKeyIsOverwritten() throws Exception {
    HeldKey key = key(60_000, LocalLimits.DEFAULT);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      assertTrue(key.hold());
      threads.add(
          new Thread(
              () -> {
                for (int use = 0; use < 1_000; use++) {
                  key.sealed(3);
                  key.opened(5);
                }
                key.release();
              }));
    }
    key.release();
    assertTrue(told.isEmpty(), "it is in use");
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(key.isWiped());
    DataKeyUse use = told.remove();
    assertTrue(told.isEmpty(), "once");
    assertEquals(WrappedDataKey.dataKeyIdAt(key.wrapped(), 0), use.dataKeyId());
    assertEquals(WrappedDataKey.keyIdAt(key.wrapped(), 0), use.keyId());
    assertEquals(8_000, use.sealed());
    assertEquals(24_000, use.sealedBytes());
    assertEquals(8_000, use.opened());
    assertEquals(40_000, use.openedBytes());
    key(60_000, LocalLimits.DEFAULT).release();
    assertTrue(told.isEmpty(), "a key that was not used is not told of");
  }

  @Test
  void anErrorOfWhoIsToldLeavesNoKeyInMemory() {
    HeldKeys two = new HeldKeys(2);
    List<HeldKey> held = new ArrayList<>();
    for (byte[] what : List.of(WHAT, OTHER)) {
      HeldKey key =
          key(
              0,
              LocalLimits.DEFAULT,
              use -> {
                told.add(use);
                throw new AssertionError("of the application");
              });
      key.sealed(1);
      two.put(what, key);
      key.release();
      held.add(key);
    }
    two.sweep(System.nanoTime());
    assertEquals(2, told.size());
    assertTrue(held.stream().allMatch(HeldKey::isWiped));
  }

  @Test
  void aSealedTextOpensAndAChangedOneDoesNot() {
    CipherPool ciphers = new CipherPool();
    HeldKey key = key(60_000, LocalLimits.DEFAULT);
    byte[] plaintext = random(70_000);
    byte[] envelope = ciphers.seal(key, OTHER, plaintext);
    assertArrayEquals(plaintext, ciphers.open(key, OTHER, envelope));
    assertNull(ciphers.open(key, WHAT, envelope));
    envelope[envelope.length - 1] ^= 1;
    assertNull(ciphers.open(key, OTHER, envelope));
    assertNull(ciphers.open(key(60_000, LocalLimits.DEFAULT), OTHER, envelope));
  }
}
