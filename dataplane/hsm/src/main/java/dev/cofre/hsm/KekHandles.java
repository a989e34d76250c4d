package dev.cofre.hsm;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The handles of a token's KEKs by label, for all sessions of one login: PKCS#11 gives an object
 * one handle in all sessions of a process.
 *
 * <p>A label is looked for by the token itself. Some modules open every object for that (SoftHSM2:
 * a thousand files and their locks for each label): where a search took more than {@value #SLOW_NS}
 * ns, the next one lists all KEKs and reads the labels of those not seen before, so that keys which
 * are made by the hundred cost a few searches, not one each. What is read of that takes no longer
 * than the listing, and {@value #READ_NS_MIN} ns at least.
 *
 * <p>Concurrency: thread-safe; whoever waits for a listing finds what it learned. Memory: at most
 * {@value #KNOWN_MAX} KEKs, about 150 bytes each; what lies beyond is searched for.
 */
final class KekHandles {
  static final int KNOWN_MAX = 100_000;
  static final long SLOW_NS = 2_000_000;
  private static final int OTHERS_MAX = 1_000;
  private static final long READ_NS_MIN = 50_000_000;

  private final LongSupplier clockNs;
  private final Map<String, Long> byLabel = new ConcurrentHashMap<>();

  /** Objects that are asked for again and again and may be none of the KEKs: signing keys. */
  private final Map<String, Long> others = new ConcurrentHashMap<>();

  /** The handles whose labels were read; guarded by this object. */
  private final Set<Long> read = new HashSet<>();

  private volatile long searchNs;

  /** The token holds more than it can remember: listing them all would not pay. */
  private volatile boolean tooMany;

  /** Knows nothing yet; {@code clockNs} counts like {@link System#nanoTime()}. */
  KekHandles(LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  /** The handle of the KEK with {@code label}, found through {@code keys}. */
  OptionalLong find(TokenKeys keys, String label) {
    OptionalLong known = known(byLabel, keys, label);
    if (known.isPresent()) {
      return known;
    }
    return searchNs > SLOW_NS && !tooMany ? learned(keys, label) : searched(keys, label);
  }

  /** Whether any object of the token, a KEK or not, has {@code label}. */
  boolean isTaken(TokenKeys keys, String label) {
    if (known(byLabel, keys, label).isPresent() || known(others, keys, label).isPresent()) {
      return true;
    }
    OptionalLong found = keys.findAny(label);
    if (found.isPresent() && others.size() < OTHERS_MAX) {
      others.put(label, found.getAsLong());
    }
    return found.isPresent();
  }

  private static OptionalLong known(Map<String, Long> handles, TokenKeys keys, String label) {
    Long handle = handles.get(label);
    if (handle == null) {
      return OptionalLong.empty();
    }
    if (keys.isStill(handle, label)) {
      return OptionalLong.of(handle);
    }
    handles.remove(label, handle);
    return OptionalLong.empty();
  }

  private OptionalLong searched(TokenKeys keys, String label) {
    long beganNs = clockNs.getAsLong();
    OptionalLong found = keys.findKek(label);
    searchNs = clockNs.getAsLong() - beganNs;
    found.ifPresent(handle -> remember(label, handle));
    return found;
  }

  private synchronized OptionalLong learned(TokenKeys keys, String label) {
    // Whoever held the monitor before may have learned it.
    OptionalLong known = known(byLabel, keys, label);
    if (known.isEmpty()) {
      learn(keys);
      known = known(byLabel, keys, label);
    }
    return known.isPresent() ? known : searched(keys, label);
  }

  private void learn(TokenKeys keys) {
    long beganNs = clockNs.getAsLong();
    List<Long> handles = keys.kekHandles();
    long listedNs = clockNs.getAsLong();
    tooMany = handles.size() > KNOWN_MAX;
    Set<Long> present = new HashSet<>(handles);
    read.retainAll(present);
    byLabel.values().retainAll(present);
    long endNs = listedNs + Math.max(READ_NS_MIN, listedNs - beganNs);
    for (long handle : handles) {
      if (read.size() >= KNOWN_MAX || clockNs.getAsLong() - endNs > 0) {
        return;
      }
      if (!read.contains(handle)) {
        keys.label(handle)
            .ifPresent(
                label -> {
                  read.add(handle);
                  remember(label, handle);
                });
      }
    }
  }

  /** A KEK that was found or made. */
  void remember(String label, long handle) {
    if (byLabel.size() < KNOWN_MAX) {
      byLabel.put(label, handle);
    }
  }

  /** The KEK was destroyed. */
  void forget(String label) {
    byLabel.remove(label);
  }

  /** How many it knows. */
  int size() {
    return byLabel.size();
  }
}
