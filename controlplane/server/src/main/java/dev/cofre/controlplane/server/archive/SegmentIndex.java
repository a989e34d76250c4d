package dev.cofre.controlplane.server.archive;

import java.nio.IntBuffer;

/**
 * Where in a segment the records are that have some value. Places are offsets divided by eight, in
 * ascending order; what was returned does not change any more.
 */
interface SegmentIndex {
  /** The records with the value of {@code hash}, and maybe some with another of that hash. */
  IntBuffer find(long hash);

  /** All records that hold events. */
  IntBuffer all();

  /** What its records' times lie between, and by how much they are out of their order. */
  Zone zone();
}
