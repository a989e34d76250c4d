package dev.cofre.dataplane.server.follow;

import dev.cofre.engine.usage.UseCounts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.UUID;

/**
 * Tells the control plane every ten seconds who used which key. A report that was not answered is
 * sent again as it was, so that it counts once; what is used meanwhile adds up for the next one. At
 * a stop, up to ten seconds of counts are lost.
 */
public final class UseReporter implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(UseReporter.class.getName());
  private static final long PERIOD_MS = 10_000;
  private static final long TIMEOUT_MS = 8_000;
  private static final int USES_MAX = 1_000;

  private final Vertx vertx;
  private final ControlPost usage;
  private final UseCounts counts;
  private final String node;
  private volatile boolean closed;
  private boolean failing;
  private Buffer unanswered;

  /** Reports what {@code counts} holds in the name of {@code node}; begins with {@link #start}. */
  public UseReporter(Vertx vertx, ControlLink link, UseCounts counts, String node) {
    this.vertx = vertx;
    this.usage = new ControlPost(vertx, link, "/v1/usage", "application/json", TIMEOUT_MS);
    this.counts = counts;
    this.node = node;
  }

  /** Begins to report, until {@link #close()}. */
  public void start() {
    vertx.runOnContext(context -> later());
  }

  private void later() {
    if (!closed) {
      vertx.setTimer(PERIOD_MS, timer -> report());
    }
  }

  private void report() {
    if (closed) {
      return;
    }
    Future<Buffer> next =
        unanswered == null ? vertx.executeBlocking(this::take) : Future.succeededFuture(unanswered);
    next.compose(
            report -> {
              unanswered = report;
              return report == null ? Future.succeededFuture() : send(report);
            })
        .onSuccess(
            sent -> {
              unanswered = null;
              failing = false;
              later();
            })
        .onFailure(this::failed);
  }

  /** Runs on a worker thread: there may be many counts. */
  private Buffer take() {
    List<UseCounts.Added> added = counts.take(USES_MAX);
    if (added.isEmpty()) {
      return null;
    }
    long now = System.currentTimeMillis();
    JsonArray uses = new JsonArray();
    added.forEach(
        one ->
            uses.add(
                new JsonObject()
                    .put("principal", one.principal())
                    .put("action", one.action())
                    .put("key", one.key().toString())
                    .put("count", one.uses())
                    .put("lastAtMs", now)));
    return new JsonObject()
        .put("node", node)
        .put("report", UUID.randomUUID().toString())
        .put("uses", uses)
        .toBuffer();
  }

  private Future<Void> send(Buffer report) {
    return usage
        .send(report)
        .compose(
            answer ->
                answer.status() == 204
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new IOException("the control plane answered " + answer.status())));
  }

  private void failed(Throwable failure) {
    if (!failing && !closed) {
      LOG.log(
          Level.WARNING,
          "the use of keys cannot be reported, trying again until it can: {0}",
          failure.getMessage());
    }
    failing = true;
    later();
  }

  @Override
  public void close() {
    closed = true;
    usage.close();
  }
}
