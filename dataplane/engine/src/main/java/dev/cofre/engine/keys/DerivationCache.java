package dev.cofre.engine.keys;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keyed derivations of the data keys that one event loop used last. Not thread-safe: one per event
 * loop.
 *
 * <p>A derivation is closed when it is the least recently used of {@value #ENTRIES_MAX}, or at the
 * sweep after its data key's end.
 */
public final class DerivationCache {
  private static final int ENTRIES_MAX = 256;

  private final byte[] scratch = new byte[EnvelopeFormat.KEY_LENGTH];
  private final Map<DataKey, RequestKeyDerivation> derivations =
      new LinkedHashMap<>(64, 0.75f, true);

  /** The derivation of {@code dataKey}, or null when it was released meanwhile. */
  public RequestKeyDerivation get(DataKey dataKey) {
    RequestKeyDerivation known = derivations.get(dataKey);
    if (known != null) {
      return known;
    }
    if (!dataKey.read(scratch)) {
      return null;
    }
    RequestKeyDerivation made = new RequestKeyDerivation(scratch, dataKey.wrapped());
    Arrays.fill(scratch, (byte) 0);
    derivations.put(dataKey, made);
    if (derivations.size() > ENTRIES_MAX) {
      Iterator<RequestKeyDerivation> eldest = derivations.values().iterator();
      RequestKeyDerivation closing = eldest.next();
      eldest.remove();
      closing.close();
    }
    return made;
  }

  /**
   * Closes the derivations whose data keys were released. Called from a timer of the event loop.
   */
  public void sweep() {
    derivations
        .entrySet()
        .removeIf(
            entry -> {
              boolean over = entry.getKey().isReleased();
              if (over) {
                entry.getValue().close();
              }
              return over;
            });
  }
}
