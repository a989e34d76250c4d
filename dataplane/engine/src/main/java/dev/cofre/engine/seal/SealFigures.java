package dev.cofre.engine.seal;

/**
 * What a sealer tells of itself. Immutable.
 *
 * @param sealed events that are under a signed head, of this and former processes
 * @param heads that were signed since the start
 * @param lagMs how long ago all events were under a head
 * @param isWorking whether the last turn went well
 * @param broken how often what was sealed before was not found as it had been
 */
public record SealFigures(long sealed, long heads, long lagMs, boolean isWorking, long broken) {
  /** Of a log that is not sealed. */
  public static final SealFigures NONE = new SealFigures(0, 0, 0, true, 0);
}
