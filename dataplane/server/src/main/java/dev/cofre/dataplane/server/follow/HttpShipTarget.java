package dev.cofre.dataplane.server.follow;

import dev.cofre.contract.audit.ship.ShippedRecords;
import dev.cofre.engine.ship.ShipTarget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
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

  private final ControlLink link;
  private final HttpClient client;

  /** Ships over {@code link}. */
  public HttpShipTarget(Vertx vertx, ControlLink link) {
    this.link = link;
    this.client = vertx.createHttpClient(link.options());
  }

  @Override
  public long send(ShippedRecords records) throws IOException {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setURI("/v1/audit/records")
            .setTimeout(TIMEOUT_MS)
            .setIdleTimeout(TIMEOUT_MS)
            .putHeader("Content-Type", ShippedRecords.CONTENT_TYPE);
    link.token().ifPresent(token -> options.putHeader("Authorization", "Bearer " + token));
    Buffer body = Buffer.buffer(records.toBytes());
    Future<Answer> answer =
        client
            .request(options)
            .compose(request -> request.send(body))
            .compose(
                response -> response.body().map(bytes -> new Answer(response.statusCode(), bytes)));
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

  private record Answer(int status, Buffer body) {}

  private static long size(Answer answer) throws IOException {
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
    client.close();
  }
}
