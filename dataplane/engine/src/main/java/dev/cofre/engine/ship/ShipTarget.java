package dev.cofre.engine.ship;

import dev.cofre.contract.audit.ship.ShippedRecords;
import java.io.IOException;

/** Where records are shipped to. Used by one thread, which it may block for a bounded time. */
@FunctionalInterface
public interface ShipTarget extends AutoCloseable {
  /**
   * Offers {@code records}; they are taken when they begin where the archive ends.
   *
   * @return how many records of the log are archived, and on the disk
   * @throws RefusedException when they are not what the log's heads say
   * @throws IOException when it cannot be reached, or takes nothing for now
   */
  long send(ShippedRecords records) throws IOException;

  @Override
  default void close() {}

  /** The archive has looked at the records and will never take them. */
  final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    /** Says why, for people. */
    public RefusedException(String message) {
      super(message);
    }
  }
}
