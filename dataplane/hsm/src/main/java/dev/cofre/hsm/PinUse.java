package dev.cofre.hsm;

/**
 * A PIN and whether it may still be used. A PIN that the token refused is never tried again, nor
 * any after {@link #close}: tokens lock themselves after a few wrong ones. A new PIN takes a
 * restart.
 *
 * <p>Thread-safe; the PIN itself is read under the lock of this object.
 */
final class PinUse {
  private final Pin pin;

  /** Why no login is tried any more; null while one may be. */
  private volatile HsmException refused;

  PinUse(Pin pin) {
    this.pin = pin;
  }

  /** What logs in with a PIN. */
  interface Login<T> {
    T with(Pin pin);
  }

  /**
   * Tries {@code login} once.
   *
   * @throws HsmException when a PIN was refused before, or is now
   */
  synchronized <T> T tryOnce(Login<T> login) {
    requireUsable();
    try {
      return login.with(pin);
    } catch (PinRefusedException e) {
      refused = e;
      throw e;
    }
  }

  void requireUsable() {
    HsmException why = refused;
    if (why != null) {
      // A new one for each caller: they may add to it.
      throw new HsmException(why.getMessage(), why);
    }
  }

  /** No login from now on. Does not wait for one that runs. */
  void forbid(String why) {
    refused = new HsmException(why);
  }

  /** Overwrites the PIN, in turn with a login that reads it. */
  synchronized void close() {
    pin.close();
  }
}
