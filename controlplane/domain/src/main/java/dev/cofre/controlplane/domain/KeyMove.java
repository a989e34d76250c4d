package dev.cofre.controlplane.domain;

import java.util.Locale;

/** What brings a key, or one of its versions, from one state into another. */
public enum KeyMove {
  ACTIVATE,
  DISABLE,
  ENABLE,
  DEACTIVATE,
  COMPROMISE,
  SCHEDULE_DESTRUCTION,
  CANCEL_DESTRUCTION,
  /** Nobody asks for it: the scheduler does it when the waiting period has ended. */
  DESTROY;

  /** The name in paths and in the docs. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
