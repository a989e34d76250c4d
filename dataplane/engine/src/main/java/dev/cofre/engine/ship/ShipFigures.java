package dev.cofre.engine.ship;

/**
 * What a shipper tells of itself. Immutable.
 *
 * @param shipped records that the archive acknowledged since the start
 * @param lagEvents records that are sealed and not known to be archived
 * @param lagMs how long ago all that was sealed was archived
 * @param isWorking whether the last turn of each chain went well
 * @param freedBytes of files that were deleted because their events are archived
 */
public record ShipFigures(
    long shipped, long lagEvents, long lagMs, boolean isWorking, long freedBytes) {
  /** Of a log that is not shipped. */
  public static final ShipFigures NONE = new ShipFigures(0, 0, 0, true, 0);

  /** Behind for longer than this, a node says that it is degraded. */
  public static final long LAG_MS_MAX = 60_000;

  /** Whether it is so late that people must know. */
  public boolean isLate() {
    return lagMs > LAG_MS_MAX;
  }
}
