package dev.cofre.controlplane.server.odometer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;

/**
 * Data keys that were counted: those that were used lately, {@value #KEYS_MAX} at most. One that is
 * forgotten and used again counts again, so that there are never fewer counted than there are. Not
 * thread-safe.
 */
final class DataKeysSeen {
  /** Some 7 MB; a node encrypts with at most 16,384 at a time. */
  static final int KEYS_MAX = 65_536;

  private final SequencedMap<UUID, Boolean> seen = new LinkedHashMap<>(16, 0.75f, true);
  private final List<UUID> fresh = new ArrayList<>();

  /** Whether {@code dataKey} is seen for the first time. */
  boolean add(UUID dataKey) {
    if (seen.get(dataKey) != null) {
      return false;
    }
    seen.put(dataKey, true);
    fresh.add(dataKey);
    if (seen.size() > KEYS_MAX) {
      seen.pollFirstEntry();
    }
    return true;
  }

  /** What was seen since the last time is counted. */
  void keep() {
    fresh.clear();
  }

  /** What was seen since the last time is not counted, and will be seen again. */
  void forget() {
    fresh.forEach(seen::remove);
    fresh.clear();
  }
}
