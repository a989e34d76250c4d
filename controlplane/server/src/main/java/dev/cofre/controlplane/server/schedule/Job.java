package dev.cofre.controlplane.server.schedule;

import java.time.Duration;

/** Something that is done again and again. */
interface Job {
  /** Its name in the scheduler's table. */
  String name();

  /** After how long it runs again; {@code usual} unless it says otherwise. */
  default Duration period(Duration usual) {
    return usual;
  }

  /**
   * Does a bounded part of what is due; each of its steps may be done again after a kill.
   *
   * @return how much it did; 0 when nothing is left for now
   */
  int runBatch();
}
