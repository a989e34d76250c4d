package dev.cofre.controlplane.server.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The control planes that work on this database, each process an instance of its own. Who is alive
 * is told by the database's clock alone, so that no machine's clock makes another one look dead.
 */
public final class ControlPlaneTable {
  private final Handle handle;

  ControlPlaneTable(Handle handle) {
    this.handle = handle;
  }

  /** Enters {@code instance} of {@code node}, or says that it is still there. */
  public void seen(String instance, String node) {
    int updated =
        handle
            .createUpdate(
                "update control_plane set seen_at = current_timestamp where instance = :instance")
            .bind("instance", instance)
            .execute();
    if (updated == 0) {
      handle
          .createUpdate(
              "insert into control_plane (instance, node, seen_at)"
                  + " values (:instance, :node, current_timestamp)")
          .bind("instance", instance)
          .bind("node", node)
          .execute();
    }
  }

  /** Instances of {@code node} other than {@code instance}: it runs once, so they are dead. */
  public List<String> predecessors(String instance, String node) {
    return handle
        .createQuery(
            "select instance from control_plane where node = :node and instance <> :instance")
        .bind("node", node)
        .bind("instance", instance)
        .mapTo(String.class)
        .list();
  }

  /** All instances other than {@code instance}. */
  public List<String> others(String instance) {
    return handle
        .createQuery("select instance from control_plane where instance <> :instance")
        .bind("instance", instance)
        .mapTo(String.class)
        .list();
  }

  /** Instances other than {@code instance} that were not seen for {@code seconds}. */
  public List<String> silent(String instance, int seconds) {
    return handle
        .createQuery(
            "select instance from control_plane where instance <> :instance"
                + " and seen_at < current_timestamp - interval '1' second * cast(:seconds as integer)")
        .bind("instance", instance)
        .bind("seconds", seconds)
        .mapTo(String.class)
        .list();
  }

  /** Takes {@code instance} off the list if it is still silent. */
  public void removeSilent(String instance, int seconds) {
    handle
        .createUpdate(
            "delete from control_plane where instance = :instance"
                + " and seen_at < current_timestamp - interval '1' second * cast(:seconds as integer)")
        .bind("instance", instance)
        .bind("seconds", seconds)
        .execute();
  }

  /** Takes {@code instance} off the list: from now on it counts as dead. */
  public void remove(String instance) {
    handle
        .createUpdate("delete from control_plane where instance = :instance")
        .bind("instance", instance)
        .execute();
  }
}
