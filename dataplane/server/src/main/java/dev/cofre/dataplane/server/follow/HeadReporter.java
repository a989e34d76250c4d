package dev.cofre.dataplane.server.follow;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.audit.seal.SealedLog;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.transparency.CompactRange;
import dev.cofre.contract.transparency.MerkleProofs;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.engine.processor.Niceness;
import dev.cofre.engine.seal.AuditSealer;
import dev.cofre.engine.seal.Sealed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends the newest head of each chain of the audit log to the control plane every two seconds, when
 * there is a newer one, with the proof that it continues the one that is kept there. Nothing waits
 * for it: a control plane that is away gets the newest head when it is back.
 */
public final class HeadReporter implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HeadReporter.class.getName());
  private static final long PERIOD_MS = 2_000;
  private static final long TIMEOUT_MS = 8_000;

  /** A head that was refused will be refused again, and is written down there each time. */
  private static final long REFUSED_PERIOD_MS = 60_000;

  private static final int CONFLICT = 409;
  private static final List<String> CHAINS =
      List.of(AuditSegments.EVENTS, AuditSegments.UNAUTHENTICATED);

  private final Vertx vertx;
  private final ControlPost heads;
  private final AuditSealer sealer;
  private final Path directory;

  /** The tree under the head that the control plane keeps, by chain. */
  private final Map<String, CompactRange> kept = new HashMap<>();

  private volatile boolean closed;
  private boolean failing;

  /** Sends what {@code sealer} signs in {@code directory}; begins with {@link #start}. */
  public HeadReporter(Vertx vertx, ControlLink link, AuditSealer sealer, Path directory) {
    this.vertx = vertx;
    this.heads = new ControlPost(vertx, link, "/v1/audit/heads", "application/json", TIMEOUT_MS);
    this.sealer = sealer;
    this.directory = directory;
  }

  /** Begins to send, until {@link #close()}. */
  public void start() {
    vertx.runOnContext(context -> later(PERIOD_MS));
  }

  private void later(long afterMs) {
    if (!closed) {
      vertx.setTimer(afterMs, timer -> send());
    }
  }

  private void send() {
    Future<Void> sent = Future.succeededFuture();
    for (String chain : CHAINS) {
      sent = sent.compose(done -> send(chain));
    }
    sent.onSuccess(
            done -> {
              failing = false;
              later(PERIOD_MS);
            })
        .onFailure(this::failed);
  }

  private Future<Void> send(String chain) {
    Optional<Sealed> sealed = sealer.sealed(chain);
    CompactRange before = kept.getOrDefault(chain, new CompactRange());
    if (closed || sealed.isEmpty() || sealed.get().size() == before.size()) {
      return Future.succeededFuture();
    }
    return vertx
        .executeBlocking(() -> report(chain, sealed.get().head(), before))
        .compose(this::post)
        .compose(answer -> known(chain, before, sealed.get(), answer.getLong("size")))
        .compose(
            range -> {
              kept.put(chain, range);
              return Future.succeededFuture();
            });
  }

  /** Runs on a worker thread: it reads the hashes of all records since the last one. */
  private Buffer report(String chain, SignedHead head, CompactRange before) throws IOException {
    Niceness.giveWay();
    JsonArray proof = new JsonArray();
    long from = before.size() <= head.size() ? before.size() : 0;
    if (from > 0) {
      MerkleProofs.consistency(new SealedLog(directory, chain).tree(before), from, head.size())
          .forEach(hash -> proof.add(CanonicalBase64.encode(hash)));
    }
    NoteKey key = NoteKey.parse(Files.readString(directory.resolve(SealFiles.KEY_FILE)));
    return new JsonObject()
        .put("head", head.note().toString())
        .put("key", key.named(head.checkpoint().origin()).toString())
        .put("from", from)
        .put("proof", proof)
        .toBuffer();
  }

  /** The tree of {@code size} records, over which is the head that the control plane keeps. */
  private Future<CompactRange> known(String chain, CompactRange before, Sealed told, long size) {
    return size == told.size()
        ? Future.succeededFuture(told.tree().copy())
        : vertx.executeBlocking(
            () -> {
              Niceness.giveWay();
              return new SealedLog(directory, chain).range(before, size);
            });
  }

  private Future<JsonObject> post(Buffer report) {
    return heads
        .send(report)
        .compose(
            answer ->
                answer.status() == 200
                    ? Future.succeededFuture(answer.body().toJsonObject())
                    : Future.failedFuture(refused(answer.status())));
  }

  private static IOException refused(int status) {
    return status == CONFLICT
        ? new RefusedException()
        : new IOException("the control plane answered " + status);
  }

  /** The control plane keeps another head. */
  private static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException() {
      super("the control plane keeps a head that this log does not continue: verify the log");
    }
  }

  private void failed(Throwable failure) {
    if (!failing && !closed) {
      LOG.log(
          Level.WARNING,
          "the audit log''s head cannot be sent, trying again until it can: {0}",
          failure.getMessage());
    }
    failing = true;
    later(failure instanceof RefusedException ? REFUSED_PERIOD_MS : PERIOD_MS);
  }

  @Override
  public void close() {
    closed = true;
    heads.close();
  }
}
