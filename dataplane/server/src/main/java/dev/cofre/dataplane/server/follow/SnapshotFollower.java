package dev.cofre.dataplane.server.follow;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.contract.audit.digest.WrappedDigestKey;
import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.DigestKey;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.engine.keys.DigestKeys;
import dev.cofre.engine.policy.UseQuotas;
import dev.cofre.engine.random.GetRandom;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Asks the control plane for what changed since the held revision, again and again; each question
 * waits there for news.
 *
 * <p>Each question carries a fresh nonce, and only an answer signed over that nonce counts, so no
 * recorded answer ever freshens a node. Verification and the disk are off the event loop.
 */
public final class SnapshotFollower implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SnapshotFollower.class.getName());
  private static final long WAIT_MS_MAX = 20_000;
  private static final long TIMEOUT_MS = 30_000;
  private static final long BACKOFF_MS_MIN = 100;
  private static final long BACKOFF_MS_MAX = 2_000;
  private static final int NONCE_LENGTH = 32;
  private static final long LEAVE_MS = 2_000;

  private final Vertx vertx;
  private final ControlLink link;
  private final HttpClient client;
  private final SnapshotVerifier verifier;
  private final SnapshotHolder snapshots;
  private final RevisionFloor floor;
  private final NodeIdentity identity;
  private final UseQuotas quotas;
  private final DigestKeys digestKeys;
  private final BooleanSupplier quiet;

  /** An answer proves the state as of its question: so ten questions within the state's limit. */
  private final long waitMs;

  /** The system call: a nonce is drawn on an event loop, which reads no file. */
  private final RandomSource random = GetRandom.orDevice();

  private volatile boolean closed;
  private volatile boolean proven;
  private volatile boolean introduced;
  private boolean failing;
  private String told = "";
  private long backoffMs = BACKOFF_MS_MIN;

  /**
   * A follower that is started by {@link #start}.
   *
   * @param quotas told how many nodes share them
   * @param digestKeys told what contexts in audit events are digested with
   * @param quiet whether, at the stop, no request is open and none will be
   */
  public SnapshotFollower(
      Vertx vertx,
      ControlLink link,
      SnapshotVerifier verifier,
      SnapshotHolder snapshots,
      RevisionFloor floor,
      NodeIdentity identity,
      UseQuotas quotas,
      DigestKeys digestKeys,
      BooleanSupplier quiet) {
    this.vertx = vertx;
    this.link = link;
    this.client = vertx.createHttpClient(link.options());
    this.verifier = verifier;
    this.snapshots = snapshots;
    this.floor = floor;
    this.identity = identity;
    this.quotas = quotas;
    this.digestKeys = digestKeys;
    this.quiet = quiet;
    this.proven = floor.revision() == 0;
    this.waitMs = Math.min(WAIT_MS_MAX, snapshots.ageMaxMs() / 10);
  }

  /** Begins to follow, until {@link #close()}. */
  public void start() {
    vertx.runOnContext(context -> ask());
  }

  private void ask() {
    if (closed) {
      return;
    }
    byte[] nonce = random.bytes(NONCE_LENGTH);
    long askedNs = System.nanoTime();
    boolean proving = !proven;
    Future.<Buffer>future(answer -> fetch(nonce, proving).onComplete(answer))
        .compose(
            body ->
                vertx.executeBlocking(
                    () -> proving ? prove(body, nonce) : follow(body, nonce, askedNs)))
        .onSuccess(this::succeeded)
        .onFailure(this::failed);
  }

  private Future<Buffer> fetch(byte[] nonce, boolean proving) {
    SnapshotState held = snapshots.last();
    String uri =
        "/v1/snapshots/statement?%s&inForce=%d.%d&epoch=%d&from=%d&digest=%s&nonce=%s&waitMs=%d"
            .formatted(
                identity.query(introduced),
                held.epoch(),
                held.revision(),
                proving ? floor.epoch() : held.epoch(),
                proving ? floor.revision() : held.revision(),
                Hex.encode(proving ? floor.digest() : held.digest()),
                Hex.encode(nonce),
                failing || proving ? 0 : waitMs);
    return send(HttpMethod.GET, uri, TIMEOUT_MS).compose(SnapshotFollower::body);
  }

  private Future<HttpClientResponse> send(HttpMethod method, String uri, long timeoutMs) {
    return client.request(link.request(method, uri, timeoutMs)).compose(request -> request.send());
  }

  private static Future<Buffer> body(HttpClientResponse response) {
    if (response.statusCode() == 200) {
      return response.body();
    }
    return response
        .body()
        .compose(
            body ->
                Future.failedFuture(
                    new IOException(
                        "the control plane answered "
                            + response.statusCode()
                            + ": "
                            + reason(body))));
  }

  /** The problem that the control plane told, without the request's id: it is told once. */
  private static String reason(Buffer body) {
    try {
      JsonObject problem = body.toJsonObject();
      return problem.getString("code") + ", " + problem.getString("detail");
    } catch (DecodeException | ClassCastException e) {
      return "no problem that this node can read";
    }
  }

  /**
   * After a restart a node holds nothing but its floor: before it takes a complete statement, the
   * control plane proves by a statement of changes since the floor that it goes on from there. Runs
   * on a worker thread.
   */
  private long prove(Buffer signed, byte[] nonce) throws SnapshotRejectedException {
    RawStatement statement = verified(signed, nonce);
    floor.check(statement);
    boolean continues =
        statement.getFromRevision() == floor.revision()
            && Arrays.equals(statement.getFromDigest().toByteArray(), floor.digest());
    if (statement.getEpoch() == floor.epoch() && !continues) {
      throw new SnapshotRejectedException(
          "it does not continue revision "
              + floor.revision()
              + " as this node has followed it: the control plane was restored or replaced without a new epoch");
    }
    proven = true;
    return statement.getRevision();
  }

  /** Runs on a worker thread. */
  @SuppressWarnings("ReferenceEquality") // there is one NONE
  private long follow(Buffer signed, byte[] nonce, long askedNs)
      throws SnapshotRejectedException, IOException {
    RawStatement statement = verified(signed, nonce);
    floor.check(statement);
    // The floor rises only by what can be followed, and before it is.
    SnapshotState next = snapshots.last().apply(statement);
    List<WrappedDigestKey> digests = digestKeys(statement);
    floor.raise(statement);
    introduced |= statement.getStoreAgeMs() == 0;
    quotas.sharedBy(statement.getNodes());
    digestKeys.offer(digests);
    if (statement.getStoreAgeMs() == 0 || snapshots.last() == SnapshotState.NONE) {
      snapshots.publish(next, askedNs - agedNs(statement));
    } else {
      // The control plane could not write down that this node asked. Those who wait until a change
      // is in force everywhere count this node's time from what is written down, so this node does.
      snapshots.publish(next);
    }
    return statement.getRevision();
  }

  private static List<WrappedDigestKey> digestKeys(RawStatement statement)
      throws SnapshotRejectedException {
    List<WrappedDigestKey> keys = new ArrayList<>();
    try {
      for (ByteString bytes : statement.getDigestKeysList()) {
        DigestKey key = DigestKey.parseFrom(bytes);
        keys.add(
            new WrappedDigestKey(
                Uuids.get(key.getId().toByteArray(), 0),
                key.getYear(),
                key.getKekLabel(),
                key.getWrapped().toByteArray()));
      }
    } catch (InvalidProtocolBufferException
        | IllegalArgumentException
        | IndexOutOfBoundsException e) {
      throw new SnapshotRejectedException("it is malformed");
    }
    return keys;
  }

  /** By how much the statement is older than its question; so much that nothing overflows. */
  private static long agedNs(RawStatement statement) {
    long ageMs = Math.min(Long.MAX_VALUE >>> 24, statement.getStoreAgeMs());
    return TimeUnit.MILLISECONDS.toNanos(Math.max(0, ageMs));
  }

  private RawStatement verified(Buffer signed, byte[] nonce) throws SnapshotRejectedException {
    // A million keys are two hundred megabytes: they are not copied.
    ByteBuf bytes = ((BufferInternal) signed).getByteBuf();
    RawStatement statement =
        bytes.hasArray()
            ? verifier.verify(
                bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), bytes.readableBytes())
            : verifier.verify(signed.getBytes());
    if (!MessageDigest.isEqual(nonce, statement.getNonce().toByteArray())) {
      throw new SnapshotRejectedException(
          "it does not answer this node's question (its nonce is another one)");
    }
    return statement;
  }

  private void succeeded(long revision) {
    if (failing) {
      LOG.log(
          Level.INFO,
          "following the control plane again, at revision {0}",
          Long.toString(revision));
    }
    failing = false;
    told = "";
    backoffMs = BACKOFF_MS_MIN;
    ask();
  }

  private void failed(Throwable failure) {
    if (closed) {
      return;
    }
    String why =
        (failure instanceof SnapshotRejectedException
                ? "the snapshot was rejected: "
                : "the control plane cannot be followed: ")
            + failure.getMessage();
    if (!why.equals(told)) {
      LOG.log(Level.WARNING, "{0}; trying again until it can", why);
    }
    told = why;
    failing = true;
    long jitterMs = ThreadLocalRandom.current().nextLong(backoffMs / 2 + 1);
    vertx.setTimer(backoffMs + jitterMs, timer -> ask());
    backoffMs = Math.min(BACKOFF_MS_MAX, backoffMs * 2);
  }

  /** Stops; a node that is sure to serve nobody any more says so, and nobody waits for it. */
  @Override
  public void close() {
    closed = true;
    if (snapshots.last() != SnapshotState.NONE && quiet.getAsBoolean()) {
      leave();
    }
    client.close();
  }

  private void leave() {
    try {
      send(HttpMethod.DELETE, "/v1/nodes/" + identity.instance(), LEAVE_MS)
          .toCompletionStage()
          .toCompletableFuture()
          .get(LEAVE_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.DEBUG, "the control plane was not told; it waits for the lease's end", e);
    }
  }
}
