package dev.cofre.engine.keys;

import static dev.cofre.contract.envelope.EnvelopeFormat.WRAPPED_DATA_KEY_LENGTH;

import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.engine.aes.NativeAes;
import java.util.Arrays;

/**
 * Keyed derivations of the data keys that one event loop used last. Not thread-safe: one per event
 * loop.
 *
 * <p>There are {@value #COUNT}, each keyed anew for another data key whose slot falls on it, so
 * there are few key schedules, outside the heap where there is a libcrypto, and they are made once.
 * A derivation is closed at the sweep after its data key's end; it is not used after that end,
 * whenever the sweep comes.
 */
public final class Derivations {
  private static final int COUNT = 64;

  private final KeySlots slots;
  private final long[] handles = new long[COUNT];
  private final RequestKeyDerivation[] derivations = new RequestKeyDerivation[COUNT];
  private final byte[] wrapped = new byte[WRAPPED_DATA_KEY_LENGTH];

  Derivations(KeySlots slots) {
    this.slots = slots;
    Arrays.fill(handles, KeySlots.NONE);
  }

  /**
   * The derivation of the data key with {@code handle}, or null when that was released or is {@link
   * DataKeys#NONE}. It is good until the next call.
   */
  public RequestKeyDerivation get(long handle) {
    if (handle == KeySlots.NONE) {
      return null;
    }
    int place = KeySlots.slot(handle) & COUNT - 1;
    if (handles[place] == handle) {
      return slots.isHeld(handle) ? derivations[place] : null;
    }
    RequestKeyDerivation derivation = derivations[place];
    if (derivation == null) {
      derivation = new RequestKeyDerivation(NativeAes.orJca());
      derivations[place] = derivation;
    }
    boolean held = slots.restore(handle, derivation, wrapped);
    handles[place] = held ? handle : KeySlots.NONE;
    return held ? derivation : null;
  }

  /**
   * Closes the derivations whose data keys were released. Called from a timer of the event loop.
   */
  public void sweep() {
    for (int i = 0; i < COUNT; i++) {
      if (handles[i] != KeySlots.NONE && !slots.isHeld(handles[i])) {
        derivations[i].close();
        handles[i] = KeySlots.NONE;
      }
    }
  }
}
