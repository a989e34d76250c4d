package dev.cofre.controlplane.server.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Answers kept for a day, so that a repeated request gets the first one's answer. */
public final class IdempotencyTable {
  private static final Duration KEPT = Duration.ofHours(24);

  private static final String UNFINISHED_OF_THE_DEAD =
      "status = 0 and made_by_node not in (select instance from control_plane)"
          + " and made_by_node not in"
          + " (select made_by_node from key_version where state in ('CREATING', 'REMOVING'))";

  private final Handle handle;
  private final Instant now;

  IdempotencyTable(Handle handle, Instant now) {
    this.handle = handle;
    this.now = now;
  }

  /** What {@code principal} asked before under {@code key}. */
  public Optional<IdempotentAnswer> find(String principal, String key) {
    return handle
        .createQuery(
            "select request_digest, status, entity_tag, body from idempotent_answer"
                + " where principal_id = :principal and idempotency_key = :key"
                + " and created_at >= :oldest")
        .bind("principal", principal)
        .bind("key", key)
        .bind("oldest", Times.column(now.minus(KEPT)))
        .map(
            (row, context) ->
                new IdempotentAnswer(
                    row.getBytes(1), row.getInt(2), row.getString(3), row.getString(4)))
        .findOne();
  }

  /** Writes {@code answer} in the place of what stood there, and forgets the outdated ones. */
  public void put(String principal, String key, String instance, IdempotentAnswer answer) {
    handle
        .createUpdate("delete from idempotent_answer where created_at < :oldest")
        .bind("oldest", Times.column(now.minus(KEPT)))
        .execute();
    remove(principal, key);
    handle
        .createUpdate(
            "insert into idempotent_answer (principal_id, idempotency_key, request_digest, status,"
                + " entity_tag, body, made_by_node, created_at) values (:principal, :key, :digest,"
                + " :status, :tag, :body, :node, :now)")
        .bind("principal", principal)
        .bind("key", key)
        .bind("digest", answer.requestDigest())
        .bind("status", answer.status())
        .bind("tag", answer.entityTag())
        .bind("body", answer.body())
        .bind("node", instance)
        .bind("now", Times.column(now))
        .execute();
  }

  /** Forgets what {@code principal} asked under {@code key}. */
  public void remove(String principal, String key) {
    handle
        .createUpdate(
            "delete from idempotent_answer"
                + " where principal_id = :principal and idempotency_key = :key")
        .bind("principal", principal)
        .bind("key", key)
        .execute();
  }

  /** Whether {@link #removeUnfinishedOfTheDead} has something to do. */
  public boolean hasUnfinishedOfTheDead() {
    return handle
            .createQuery("select count(*) from idempotent_answer where " + UNFINISHED_OF_THE_DEAD)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /**
   * Forgets the requests that control planes were working on that are dead now, and of whom nothing
   * half-made is left.
   */
  public void removeUnfinishedOfTheDead() {
    handle.createUpdate("delete from idempotent_answer where " + UNFINISHED_OF_THE_DEAD).execute();
  }
}
