package dev.cofre.client.frames;

import java.util.function.Consumer;

/**
 * The requests of a connection that wait for their answers, by correlation id: slot ‖ how often the
 * slot was used, so that no answer is taken for another's. A request that was given up keeps its
 * slot until the node has answered it. Not thread-safe.
 */
final class OpenCalls {
  /** What {@link #slotOf} returns for an answer that nobody waits for. */
  static final int UNKNOWN = -1;

  private static final int SLOT_BITS = 12;
  private static final int USES = (1 << (31 - SLOT_BITS)) - 1;

  private final Call<?>[] calls;
  private final int[] correlations;
  private final boolean[] taken;
  private final boolean[] secret;
  private final long[] abandonedNs;
  private final int[] free;
  private int freeCount;
  private int secrets;

  /** For at most {@code max} requests, up to 4,096. */
  OpenCalls(int max) {
    int size = Math.min(max, 1 << SLOT_BITS);
    calls = new Call<?>[size];
    correlations = new int[size];
    taken = new boolean[size];
    secret = new boolean[size];
    abandonedNs = new long[size];
    free = new int[size];
    for (int slot = size - 1; slot >= 0; slot--) {
      correlations[slot] = slot;
      free[freeCount++] = slot;
    }
  }

  boolean isFull() {
    return freeCount == 0;
  }

  boolean isEmpty() {
    return freeCount == free.length;
  }

  int size() {
    return free.length - freeCount;
  }

  /** Whether an answer with a key's bytes may come. */
  boolean expectSecrets() {
    return secrets > 0;
  }

  /** Gives {@code call} a slot; returns its correlation id. */
  int add(Call<?> call) {
    int slot = free[--freeCount];
    call.slot = slot;
    calls[slot] = call;
    taken[slot] = true;
    if (Calls.isSecret(call)) {
      secret[slot] = true;
      secrets++;
    }
    int uses = (correlations[slot] >>> SLOT_BITS) + 1 & USES;
    correlations[slot] = uses << SLOT_BITS | slot;
    return correlations[slot];
  }

  int slotOf(int correlation) {
    int slot = correlation & (1 << SLOT_BITS) - 1;
    return slot < taken.length && taken[slot] && correlations[slot] == correlation ? slot : UNKNOWN;
  }

  int correlation(int slot) {
    return correlations[slot];
  }

  /** The call in {@code slot}; null when it was given up. */
  Call<?> at(int slot) {
    return calls[slot];
  }

  @SuppressWarnings("ReferenceEquality") // a call is itself alone
  boolean holds(Call<?> call) {
    return call.slot < calls.length && calls[call.slot] == call;
  }

  /** The answer of {@code slot} has come. */
  void free(int slot) {
    calls[slot] = null;
    taken[slot] = false;
    free[freeCount++] = slot;
    if (secret[slot]) {
      secret[slot] = false;
      secrets--;
    }
  }

  /** Nobody wants the answer of {@code slot} any more. */
  void abandon(int slot, long nowNs) {
    abandonedNs[slot] = nowNs;
    calls[slot] = null;
  }

  /** Whether a request that was given up before {@code sinceNs} has no answer yet. */
  boolean hasAbandonedSince(long sinceNs) {
    for (int slot = 0; slot < calls.length; slot++) {
      if (taken[slot] && calls[slot] == null && abandonedNs[slot] - sinceNs < 0) {
        return true;
      }
    }
    return false;
  }

  /** Tells of each call that was not given up. */
  void each(Consumer<Call<?>> action) {
    for (Call<?> call : calls) {
      if (call != null) {
        action.accept(call);
      }
    }
  }
}
