package dev.cofre.dataplane.server.follow;

import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.engine.ship.ShipTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ships records to the control plane over the link that snapshots come by. The shipper's thread
 * waits for each answer; event loops only carry the bytes.
 */
public final class HttpShipTarget implements ShipTarget {
  private static final long TIMEOUT_MS = 10_000;
  private static final int CONFLICT = 409;

  private final ControlPost archive;

  /** Ships over {@code link}. */
  public HttpShipTarget(Vertx vertx, ControlLink link) {
    this.archive =
        new ControlPost(vertx, link, "/v1/audit/records", ShippedRecords.CONTENT_TYPE, TIMEOUT_MS);
  }

  @Override
  public long send(ShippedRecords records) throws IOException {
    Future<ControlPost.Answer> answer = archive.send(Buffer.buffer(records.toBytes()));
    try {
      return size(
          answer
              .toCompletionStage()
              .toCompletableFuture()
              .get(2 * TIMEOUT_MS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("the control plane does not answer", e);
    }
  }

  private static long size(ControlPost.Answer answer) throws IOException {
    try {
      JsonObject document = answer.body().toJsonObject();
      if (answer.status() == 200) {
        return document.getLong("size");
      }
      String why =
          "the control plane answered " + answer.status() + ": " + document.getString("detail");
      throw answer.status() == CONFLICT ? new RefusedException(why) : new IOException(why);
    } catch (RuntimeException e) {
      throw new IOException(
          "the control plane answered " + answer.status() + ", and nothing that can be read", e);
    }
  }

  @Override
  public void close() {
    archive.close();
  }
}
