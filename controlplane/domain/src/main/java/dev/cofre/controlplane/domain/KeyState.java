package dev.cofre.controlplane.domain;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What may be done with a key. */
public enum KeyState {
  /** Encrypts and decrypts. */
  ACTIVE,
  /** Does neither, until it is enabled again. */
  DISABLED;

  /** The moves there are; every other one is refused. */
  private static final Map<KeyState, Set<KeyState>> MOVES =
      new EnumMap<>(Map.of(ACTIVE, EnumSet.of(DISABLED), DISABLED, EnumSet.of(ACTIVE)));

  /** Whether a key in this state may be brought into {@code next}. */
  public boolean mayBecome(KeyState next) {
    return MOVES.get(this).contains(next);
  }
}
