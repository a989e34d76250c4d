package dev.cofre.engine.keys;

import dev.cofre.contract.envelope.EnvelopeFormat;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.IntPredicate;

/**
 * Finds slots by the wrapped data key that they hold: a hash table of chains through the slots.
 *
 * <p>Concurrency: {@link #find} takes no lock; a reader that is overtaken by a change may miss what
 * is there, so a miss is looked up once more in {@link #insert}. All that changes the chains takes
 * the monitor, for a bounded number of steps, and is never called on an event loop.
 *
 * <p>Who chooses the hashed bytes is this node or the HSM: only what the HSM unwrapped is ever
 * inserted, so nobody makes long chains.
 */
final class KeyIndex {
  private static final VarHandle HEAD = ValueLayout.JAVA_INT.varHandle();
  private static final int END = -1;

  /** For each entry, when all are taken: a stranger in a bucket costs a line from memory. */
  private static final int BUCKETS_MAX = 4;

  private static final int STEPS_MAX = 64;
  private static final int BUCKETS_AT_ONCE = 4_096;

  private final KeySlots slots;
  private final int entriesMax;
  private final MemorySegment heads;
  private final int buckets;
  private final byte[] scratch = new byte[EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH];
  private int size;
  private int hand;

  /** An index of at most {@code entriesMax} of {@code slots}. */
  KeyIndex(KeySlots slots, int entriesMax) {
    this.slots = slots;
    this.entriesMax = entriesMax;
    this.buckets = Integer.highestOneBit(Math.max(16, entriesMax)) * BUCKETS_MAX;
    this.heads = HugePages.allocate((long) buckets * Integer.BYTES);
    heads.fill((byte) END);
  }

  /** What the place of an entry takes, in bytes, at most; half of it at least. */
  static int entryBytesMax() {
    return BUCKETS_MAX * Integer.BYTES;
  }

  /**
   * The handle of the data key that stands in {@code wrapped} at {@code offset}.
   *
   * @param digest of the context under which it must have been unwrapped, or null for any
   */
  long find(byte[] wrapped, int offset, byte[] digest) {
    int slot = head(bucket(wrapped, offset));
    if (slot != END) {
      slots.touch(slot);
    }
    for (int i = 0; i < STEPS_MAX && slot != END; i++) {
      long handle = slots.heldIn(slot);
      if (handle != KeySlots.NONE
          && slots.holds(slot, wrapped, offset)
          && (digest == null || slots.isUnder(slot, digest))
          && slots.isHeld(handle)) {
        return handle;
      }
      slot = slots.next(slot);
    }
    return KeySlots.NONE;
  }

  /**
   * Holds a data key and finds it from now on; when all entries are taken, one that was not used
   * lately goes. One that is there already is extended.
   *
   * @return whether there was a slot for it
   */
  synchronized boolean insert(
      MemorySegment state, byte[] wrapped, byte[] digest, long expiresAtNs, long refreshAtNs) {
    long known = find(wrapped, 0, digest);
    if (known != KeySlots.NONE) {
      slots.extend(KeySlots.slot(known), expiresAtNs, refreshAtNs);
      return true;
    }
    if (size >= entriesMax) {
      makeRoom();
    }
    long handle = slots.hold(state, wrapped, digest, expiresAtNs, refreshAtNs);
    if (handle == KeySlots.NONE) {
      return false;
    }
    int bucket = bucket(wrapped, 0);
    slots.next(KeySlots.slot(handle), head(bucket));
    head(bucket, KeySlots.slot(handle));
    size++;
    return true;
  }

  /** Extends the data key with {@code handle} if it is still held. */
  synchronized void extend(long handle, long expiresAtNs, long refreshAtNs) {
    if (slots.isHeld(handle)) {
      slots.extend(KeySlots.slot(handle), expiresAtNs, refreshAtNs);
    }
  }

  /**
   * Puts off the refresh of the data key with {@code handle}. Takes no monitor, for an HSM that is
   * known to be away says so on the event loop: should the slot change hands meanwhile, its next
   * data key is refreshed at that time, which is before its end.
   */
  void refreshLater(long handle, long refreshAtNs) {
    if (slots.isHeld(handle)) {
      slots.refreshLater(KeySlots.slot(handle), refreshAtNs);
    }
  }

  /** Overwrites the data key with {@code handle}. */
  synchronized void remove(long handle) {
    if (slots.isHeld(handle)) {
      slots.copyWrapped(KeySlots.slot(handle), scratch);
      int gone = KeySlots.slot(handle);
      removeIf(bucket(scratch, 0), slot -> slot == gone);
    }
  }

  /**
   * Overwrites all data keys whose slots {@code isOver} accepts; others get their turn in between.
   *
   * @return how many that were
   */
  int removeIf(IntPredicate isOver) {
    int removed = 0;
    for (int from = 0; from < buckets; from += BUCKETS_AT_ONCE) {
      removed += removeIf(from, Math.min(buckets, from + BUCKETS_AT_ONCE), isOver);
    }
    return removed;
  }

  private synchronized int removeIf(int from, int to, IntPredicate isOver) {
    int removed = 0;
    for (int bucket = from; bucket < to; bucket++) {
      removed += removeIf(bucket, isOver);
    }
    return removed;
  }

  private int removeIf(int bucket, IntPredicate isOver) {
    int removed = 0;
    int before = END;
    int slot = head(bucket);
    while (slot != END) {
      int next = slots.next(slot);
      if (!isOver.test(slot)) {
        before = slot;
      } else {
        if (before == END) {
          head(bucket, next);
        } else {
          slots.next(before, next);
        }
        slots.free(slots.heldIn(slot));
        size--;
        removed++;
      }
      slot = next;
    }
    return removed;
  }

  /** The clock algorithm: who was used since the hand last passed stays for this round. */
  private void makeRoom() {
    for (int i = 0; i < 2 * buckets && size >= entriesMax; i++) {
      removeIf(hand, slot -> size >= entriesMax && !slots.takeUsed(slot));
      hand = hand + 1 & buckets - 1;
    }
  }

  synchronized int size() {
    return size;
  }

  private int head(int bucket) {
    return (int) HEAD.getAcquire(heads, (long) bucket * Integer.BYTES);
  }

  private void head(int bucket, int slot) {
    HEAD.setRelease(heads, (long) bucket * Integer.BYTES, slot);
  }

  private int bucket(byte[] wrapped, int offset) {
    int iv = offset + EnvelopeFormat.WRAP_OFFSET;
    long mixed =
        (Words.get(wrapped, iv) ^ Words.get(wrapped, iv + Long.BYTES) * 0x9E3779B97F4A7C15L)
            * 0xD6E8FEB86659FD93L;
    return (int) (mixed >>> Integer.SIZE) & buckets - 1;
  }
}
