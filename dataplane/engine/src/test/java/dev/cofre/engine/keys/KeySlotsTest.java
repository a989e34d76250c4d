package dev.cofre.engine.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.engine.aes.NativeAes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Slots and their index, alone and under threads that hold and free while others read. */
class KeySlotsTest {
  private static final byte[] NO_DIGEST = new byte[KeySlots.DIGEST_LENGTH];
  private static final long NEVER = Long.MAX_VALUE / 2;
  private static final MemorySegment[] STATES = new MemorySegment[200];

  static {
    for (int value = 0; value < STATES.length; value++) {
      STATES[value] = Arena.global().allocate(RequestKeyDerivation.STATE_LENGTH).fill((byte) value);
    }
  }

  /** A state whose bytes are all {@code value}, and the wrapped data key that goes with it. */
  private static MemorySegment state(int value) {
    return STATES[value];
  }

  /** What {@code derivation} derives for one salt: proof of the state it was restored from. */
  private static byte[] derived(RequestKeyDerivation derivation) {
    byte[] out = new byte[RequestKeyDerivation.OUTPUT_LENGTH];
    derivation.derive(new byte[EnvelopeFormat.SALT_LENGTH], 0, out);
    return out;
  }

  private static byte[] expected(int value) {
    RequestKeyDerivation derivation = new RequestKeyDerivation();
    derivation.restore(state(value).asByteBuffer(), 0, wrapped(value), 0);
    return derived(derivation);
  }

  private static byte[] wrapped(int value) {
    byte[] wrapped = new byte[EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH];
    for (int i = 0; i < wrapped.length; i += 4) {
      wrapped[i] = (byte) value;
      wrapped[i + 1] = (byte) (value >>> 8);
      wrapped[i + 2] = (byte) (value >>> 16);
    }
    return wrapped;
  }

  private static long hold(KeySlots slots, int value) {
    return slots.hold(state(value), wrapped(value), NO_DIGEST, NEVER, NEVER);
  }

  @Test
  void aFreedSlotIsOverwrittenAndUsedAgainUnderAnotherHandle() {
    KeySlots slots = new KeySlots(2);
    long first = hold(slots, 1);
    hold(slots, 2);
    assertEquals(KeySlots.NONE, hold(slots, 3), "full");
    slots.free(first);
    RequestKeyDerivation derivation = new RequestKeyDerivation(NativeAes.orJca());
    byte[] wrapped = new byte[EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH];
    assertFalse(slots.restore(first, derivation, wrapped));
    assertThrows(IllegalStateException.class, () -> derived(derivation));
    long third = hold(slots, 3);
    assertNotEquals(first, third);
    assertEquals(KeySlots.slot(first), KeySlots.slot(third));
    slots.free(first);
    assertTrue(slots.isHeld(third), "a handle that is over frees nothing");
  }

  @Test
  void aKeyIsSmallerThan300Bytes() {
    assertTrue(KeySlots.slotBytes() + KeyIndex.entryBytesMax() <= 300);
  }

  /**
   * Of several who find that a key is due one refreshes it, and none again until that has ended.
   */
  @Test
  void oneBeginsARefreshUntilItHasEnded() {
    KeySlots slots = new KeySlots(1);
    long second = 1_000_000_000L;
    int slot =
        KeySlots.slot(slots.hold(state(1), wrapped(1), NO_DIGEST, 100 * second, 50 * second));
    assertClose(50 * second, slots.refreshAtNs(slot));
    assertTrue(slots.beginRefresh(slot));
    assertFalse(slots.beginRefresh(slot));
    assertEquals(100 * second, slots.refreshAtNs(slot), "not due before its end");
    slots.refreshLater(slot, 60 * second);
    assertClose(60 * second, slots.refreshAtNs(slot));
    assertEquals(100 * second, slots.expiresAtNs(slot));
    assertTrue(slots.beginRefresh(slot));
    slots.extend(slot, 200 * second, 150 * second);
    assertClose(150 * second, slots.refreshAtNs(slot));
    assertEquals(200 * second, slots.expiresAtNs(slot));
    slots.refreshLater(slot, 201 * second);
    assertEquals(
        200 * second, slots.refreshAtNs(slot), "there is nothing to refresh after its end");
    assertFalse(slots.beginRefresh(slot));
  }

  /** Records count in 2^20 ns. */
  private static void assertClose(long expectedNs, long actualNs) {
    assertTrue(Math.abs(expectedNs - actualNs) < 1 << 20, expectedNs + " and " + actualNs);
  }

  @Test
  void aCallersDataKeyIsFoundUnderItsContextAlone() {
    KeySlots slots = new KeySlots(4);
    KeyIndex index = new KeyIndex(slots, 4);
    byte[] digest = NO_DIGEST.clone();
    digest[KeySlots.DIGEST_LENGTH - 1] = 1;
    assertTrue(index.insert(state(1), wrapped(1), digest, NEVER, NEVER));
    assertNotEquals(KeySlots.NONE, index.find(wrapped(1), 0, digest));
    assertEquals(KeySlots.NONE, index.find(wrapped(1), 0, NO_DIGEST));
    for (int i = 0; i < EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH; i++) {
      byte[] other = wrapped(1);
      other[i] ^= 1;
      assertEquals(KeySlots.NONE, index.find(other, 0, digest), "byte " + i);
    }
  }

  @Test
  void theIndexForgetsWhoWasNotUsed() {
    KeySlots slots = new KeySlots(64);
    KeyIndex index = new KeyIndex(slots, 32);
    for (int i = 0; i < 32; i++) {
      insert(index, i);
    }
    for (int i = 32; i < 200; i++) {
      slots.use(KeySlots.slot(index.find(wrapped(7), 0, null)));
      insert(index, i);
    }
    assertEquals(32, index.size());
    assertNotEquals(KeySlots.NONE, index.find(wrapped(7), 0, null), "used all the time");
    assertNotEquals(KeySlots.NONE, index.find(wrapped(199), 0, null), "the newest");
  }

  private static void insert(KeyIndex index, int value) {
    assertTrue(index.insert(state(value), wrapped(value), NO_DIGEST, NEVER, NEVER));
  }

  /** Readers get the bytes of the key they asked for, or nothing. */
  @Test
  void readersNeverGetAnotherKey() throws InterruptedException {
    long seed = Long.getLong("cofre.test.seed", System.nanoTime());
    System.out.println("KeySlotsTest: replay with -Dcofre.test.seed=" + seed);
    KeySlots slots = new KeySlots(40);
    KeyIndex index = new KeyIndex(slots, 16);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger found = new AtomicInteger();
    AtomicReference<String> wrong = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      SplittableRandom random = new SplittableRandom(seed + t);
      threads.add(Thread.ofPlatform().start(() -> read(slots, index, random, over, found, wrong)));
    }
    SplittableRandom random = new SplittableRandom(seed - 1);
    for (int i = 0; i < 300_000 && wrong.get() == null; i++) {
      int value = random.nextInt(100);
      if (random.nextInt(4) == 0) {
        long handle = index.find(wrapped(value), 0, null);
        if (handle != KeySlots.NONE) {
          index.remove(handle);
        }
      } else {
        insert(index, value);
      }
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(null, wrong.get());
    assertTrue(found.get() > 0, "the readers found something");
    assertTrue(index.size() <= 16);
    index.removeIf(slot -> true);
    assertEquals(0, index.size());
  }

  private static void read(
      KeySlots slots,
      KeyIndex index,
      SplittableRandom random,
      AtomicBoolean over,
      AtomicInteger found,
      AtomicReference<String> wrong) {
    RequestKeyDerivation derivation = new RequestKeyDerivation(NativeAes.orJca());
    byte[][] expected = new byte[100][];
    for (int value = 0; value < expected.length; value++) {
      expected[value] = expected(value);
    }
    byte[] wrapped = new byte[EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH];
    while (!over.get()) {
      int value = random.nextInt(100);
      long handle = index.find(wrapped(value), 0, null);
      if (handle != KeySlots.NONE && slots.restore(handle, derivation, wrapped)) {
        found.incrementAndGet();
        if (!Arrays.equals(expected[value], derived(derivation))
            || !Arrays.equals(wrapped(value), wrapped)) {
          wrong.set("asked for " + value + ", got another");
        }
      }
    }
  }
}
