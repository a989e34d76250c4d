package dev.cofre.engine.keys;

import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;
import static dev.cofre.contract.envelope.RequestKeyDerivation.STATE_LENGTH;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.cofre.contract.envelope.RequestKeyDerivation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * Data keys outside the heap, in slots of fixed size.
 *
 * <p>A slot holds the data key with what was derived from it once ({@link
 * dev.cofre.contract.envelope.RequestKeyDerivation#saveState}), {@value
 * dev.cofre.contract.envelope.RequestKeyDerivation#STATE_LENGTH} bytes in locked memory, and beside
 * them a record that is no secret, two cache lines long:
 *
 * <pre>
 *   0            4      8             16              20     24                        128
 *   +------------+------+-------------+---------------+------+-------------------------+
 *   | generation | next | expires, ns | refresh ahead | used | wrapped data key (104)  |
 *   +------------+------+-------------+---------------+------+-------------------------+
 * </pre>
 *
 * <p>The digest of the context, which counts for caller data keys only, stands apart (32 bytes).
 * Among many data keys each line and each page that a look-up touches is in no cache, so it touches
 * three lines, and {@link #touch} lets the third come while the others are compared.
 *
 * <p>Concurrency: a held slot has an odd generation, and who refers to it carries (generation,
 * slot) as a handle. {@link #restore} keys a cipher and then looks whether the generation is still
 * the same, as with a sequence lock, so event loops read without a lock and never use the bytes of
 * another key. Holding and freeing take the monitor; no event loop does either.
 *
 * <p>Memory: a freed slot is overwritten at once.
 */
final class KeySlots {
  /** The handle of no slot. */
  static final long NONE = -1;

  private static final int RECORD_LENGTH = 128;
  private static final int NEXT = 4;
  private static final int EXPIRES = 8;
  private static final int REFRESH_AHEAD = 16;
  private static final int USED = 20;

  /** The bits of {@link #USED}. */
  private static final int USED_LATELY = 1;

  private static final int REFRESH_BEGUN = 2;
  private static final int WRAPPED = 24;

  /** In the wrapped data key: eight bytes of its random id, the last of the record's first line. */
  private static final int TELLING = 32;

  static final int DIGEST_LENGTH = 32;

  /** What {@code refresh ahead} counts: 2^20 ns. */
  private static final int AHEAD_SHIFT = 20;

  /** What {@code refresh ahead} is while a refresh is under way. */
  private static final int NEVER = 0;

  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MemorySegment secrets;
  private final ByteBuffer states;
  private final MemorySegment records;
  private final MemorySegment digests;
  private final int[] free;
  private int freeCount;

  /** Memory for {@code slots} data keys. */
  KeySlots(int slots) {
    this.secrets = LockedMemory.allocate((long) slots * STATE_LENGTH);
    this.states = secrets.asByteBuffer();
    this.records = HugePages.allocate((long) slots * RECORD_LENGTH);
    this.digests = HugePages.allocate((long) slots * DIGEST_LENGTH);
    this.free = new int[slots];
    for (int i = 0; i < slots; i++) {
      free[i] = slots - 1 - i;
    }
    this.freeCount = slots;
  }

  /** What a slot takes, in bytes. */
  static int slotBytes() {
    return STATE_LENGTH + RECORD_LENGTH + DIGEST_LENGTH + Integer.BYTES;
  }

  /**
   * Copies a data key's {@code state} into a free slot.
   *
   * @param digest of the context under which it was unwrapped; zeros when that does not matter
   * @return the handle, or {@link #NONE} when no slot is free
   */
  synchronized long hold(
      MemorySegment state, byte[] wrapped, byte[] digest, long expiresAtNs, long refreshAtNs) {
    if (freeCount == 0) {
      return NONE;
    }
    int slot = free[--freeCount];
    long record = record(slot);
    MemorySegment.copy(state, 0, secrets, secret(slot), STATE_LENGTH);
    MemorySegment.copy(wrapped, 0, records, JAVA_BYTE, record + WRAPPED, WRAPPED_DATA_KEY_LENGTH);
    MemorySegment.copy(digest, 0, digests, JAVA_BYTE, digest(slot), DIGEST_LENGTH);
    LONG.set(records, record + EXPIRES, expiresAtNs);
    INT.set(records, record + REFRESH_AHEAD, ahead(expiresAtNs, refreshAtNs));
    INT.set(records, record + USED, 0);
    int generation = (int) INT.get(records, record) + 1;
    INT.setRelease(records, record, generation);
    return handle(slot, generation);
  }

  /** Overwrites and frees the slot of {@code handle}; does nothing when that was done before. */
  synchronized void free(long handle) {
    int slot = slot(handle);
    if (!isHeld(handle)) {
      return;
    }
    INT.setVolatile(records, record(slot), generation(handle) + 1);
    VarHandle.fullFence();
    secrets.asSlice(secret(slot), STATE_LENGTH).fill((byte) 0);
    free[freeCount++] = slot;
  }

  /** Whether the slot of {@code handle} still holds the same data key. */
  boolean isHeld(long handle) {
    return (int) INT.getAcquire(records, record(slot(handle))) == generation(handle);
  }

  /**
   * Keys {@code derivation} for a data key, from where it lies.
   *
   * @param wrapped takes the data key as it stands in envelopes
   * @return false when it was freed; {@code derivation} is closed then, or was never touched
   */
  boolean restore(long handle, RequestKeyDerivation derivation, byte[] wrapped) {
    int slot = slot(handle);
    if (!isHeld(handle)) {
      return false;
    }
    MemorySegment.copy(
        records, JAVA_BYTE, record(slot) + WRAPPED, wrapped, 0, WRAPPED_DATA_KEY_LENGTH);
    derivation.restore(states, Math.toIntExact(secret(slot)), wrapped, 0);
    VarHandle.loadLoadFence();
    if (isHeld(handle)) {
      return true;
    }
    derivation.close();
    return false;
  }

  /** The handle of what {@code slot} holds now, or {@link #NONE}. */
  long heldIn(int slot) {
    int generation = (int) INT.getAcquire(records, record(slot));
    return (generation & 1) == 0 ? NONE : handle(slot, generation);
  }

  /**
   * Has the processor fetch the data key of {@code slot}, which is read soon. An acquiring load,
   * for a plain one whose value nobody takes is compiled away.
   */
  void touch(int slot) {
    long ignored = (long) LONG.getAcquire(secrets, secret(slot));
  }

  /** Whether {@code slot} holds the data key that stands in {@code wrapped} at {@code offset}. */
  boolean holds(int slot, byte[] wrapped, int offset) {
    long at = record(slot) + WRAPPED;
    // The random half of its id first: who only shares the bucket differs there, in the first line.
    if (records.get(WORD, at + TELLING) != Words.get(wrapped, offset + TELLING)) {
      return false;
    }
    for (int i = 0; i < WRAPPED_DATA_KEY_LENGTH; i += Long.BYTES) {
      if (records.get(WORD, at + i) != Words.get(wrapped, offset + i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code slot} was held under the context with {@code digest}. */
  boolean isUnder(int slot, byte[] digest) {
    long at = digest(slot);
    for (int i = 0; i < DIGEST_LENGTH; i += Long.BYTES) {
      if (digests.get(WORD, at + i) != Words.get(digest, i)) {
        return false;
      }
    }
    return true;
  }

  /** Copies the data key that {@code slot} holds, as it stands in envelopes. */
  void copyWrapped(int slot, byte[] out) {
    MemorySegment.copy(records, JAVA_BYTE, record(slot) + WRAPPED, out, 0, WRAPPED_DATA_KEY_LENGTH);
  }

  /** The slot that follows {@code slot} in a chain, or -1. */
  int next(int slot) {
    return (int) INT.getAcquire(records, record(slot) + NEXT);
  }

  /** Chains {@code next}, or nothing when it is -1, behind {@code slot}. */
  void next(int slot, int next) {
    INT.setRelease(records, record(slot) + NEXT, next);
  }

  long expiresAtNs(int slot) {
    return (long) LONG.getOpaque(records, record(slot) + EXPIRES);
  }

  /**
   * When {@code slot} is to be refreshed, at the earliest; its end while a refresh is under way.
   */
  long refreshAtNs(int slot) {
    long ahead = (int) INT.getOpaque(records, record(slot) + REFRESH_AHEAD);
    return expiresAtNs(slot) - (ahead << AHEAD_SHIFT);
  }

  /** Sets when {@code slot} expires and when it is to be refreshed. */
  void extend(int slot, long expiresAtNs, long refreshAtNs) {
    INT.getAndBitwiseAnd(records, record(slot) + USED, ~REFRESH_BEGUN);
    LONG.setOpaque(records, record(slot) + EXPIRES, expiresAtNs);
    INT.setRelease(records, record(slot) + REFRESH_AHEAD, ahead(expiresAtNs, refreshAtNs));
  }

  /** Puts off the refresh of {@code slot} until {@code refreshAtNs}. */
  void refreshLater(int slot, long refreshAtNs) {
    INT.setRelease(records, record(slot) + REFRESH_AHEAD, ahead(expiresAtNs(slot), refreshAtNs));
  }

  private static int ahead(long expiresAtNs, long refreshAtNs) {
    return Math.clamp((expiresAtNs - refreshAtNs) >> AHEAD_SHIFT, NEVER, Integer.MAX_VALUE);
  }

  /** Marks that {@code slot} was used. */
  void use(int slot) {
    long at = record(slot) + USED;
    if (((int) INT.getOpaque(records, at) & USED_LATELY) == 0) {
      INT.getAndBitwiseOr(records, at, USED_LATELY);
    }
  }

  /** Whether {@code slot} was used since this was asked last. */
  boolean takeUsed(int slot) {
    long at = record(slot) + USED;
    return ((int) INT.getAndBitwiseAnd(records, at, ~USED_LATELY) & USED_LATELY) != 0;
  }

  /** True for the one who is to refresh {@code slot}. */
  boolean beginRefresh(int slot) {
    long at = record(slot) + REFRESH_AHEAD;
    int ahead = (int) INT.getOpaque(records, at);
    boolean mine = ahead != NEVER && INT.compareAndSet(records, at, ahead, NEVER);
    if (mine) {
      INT.getAndBitwiseOr(records, record(slot) + USED, REFRESH_BEGUN);
    }
    return mine;
  }

  /** Whether a refresh was begun since {@code slot} was held or extended. */
  boolean wasRefreshBegun(int slot) {
    return ((int) INT.getOpaque(records, record(slot) + USED) & REFRESH_BEGUN) != 0;
  }

  static int slot(long handle) {
    return (int) handle;
  }

  private static int generation(long handle) {
    return (int) (handle >>> Integer.SIZE);
  }

  private static long handle(int slot, int generation) {
    return (long) generation << Integer.SIZE | slot;
  }

  private static long record(int slot) {
    return (long) slot * RECORD_LENGTH;
  }

  private static long digest(int slot) {
    return (long) slot * DIGEST_LENGTH;
  }

  private static long secret(int slot) {
    return (long) slot * STATE_LENGTH;
  }
}
