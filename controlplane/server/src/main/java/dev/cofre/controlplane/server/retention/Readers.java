package dev.cofre.controlplane.server.retention;

import java.util.Optional;

/** Those that read the archive in its order, and must have read what is removed. Thread-safe. */
@FunctionalInterface
public interface Readers {
  /**
   * One that does not have all records of a log for good: after a kill it would read some again.
   *
   * @param origin of the log's heads
   * @param end the index behind the last of these records
   * @return its name; empty when all have them
   */
  Optional<String> behind(String origin, long end);
}
