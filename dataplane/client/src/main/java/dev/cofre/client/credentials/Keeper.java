package dev.cofre.client.credentials;

/** Gets one source's credentials and prolongs them. Used by a provider's one thread. */
interface Keeper {
  /**
   * What is held from now on: {@code held} itself or prolonged, or another one.
   *
   * @param held null for none
   * @throws dev.cofre.client.CofreException when nothing changes by it
   */
  Held step(Held held);

  /** The same for who was refused with {@code held}: another one, when there is another one. */
  Held replace(Held held);

  /** When {@link #step} is due again after it came to {@code held}. */
  long dueNs(Held held);

  /**
   * Ends what was made for it, {@code held} too.
   *
   * @param latestNs begins no call after that
   */
  void end(Held held, long latestNs);
}
