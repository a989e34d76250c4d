package dev.cofre.controlplane.server.store;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** What is done once for an installation. */
public final class MilestoneTable {
  private final Handle handle;
  private final Instant now;

  MilestoneTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** Whether {@code name} was reached. */
  public boolean isReached(String name) {
    return handle
            .createQuery("select count(*) from milestone where name = :name")
            .bind("name", name)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** Notes that {@code name} was reached. */
  public void reach(String name) {
    handle
        .createUpdate(
            "insert into milestone (name, reached_at) values (:name, :now) on conflict do nothing")
        .bind("name", name)
        .bind("now", Times.column(now))
        .execute();
  }
}
