package dev.cofre.controlplane.domain;

import java.time.Instant;

/**
 * Who made an object and who changed it last, and how often it was changed. Immutable.
 *
 * @param revision 1 when new, one more with each change: the object's entity tag
 */
public record Stamp(
    Instant createdAt, String createdBy, Instant updatedAt, String updatedBy, long revision) {

  /** Of an object that {@code by} makes at {@code now}. */
  public static Stamp created(Instant now, String by) {
    return new Stamp(now, by, now, by, 1);
  }

  /** After a change by {@code by} at {@code now}. */
  public Stamp changed(Instant now, String by) {
    return new Stamp(createdAt, createdBy, now, by, revision + 1);
  }
}
