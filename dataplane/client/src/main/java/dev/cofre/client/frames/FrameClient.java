package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.client.DataKey;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The client of hot callers: encrypts, decrypts and hands out data keys over the frame protocol,
 * with requests of any threads pipelined and written together over a few connections to each node.
 *
 * <p>Every call returns a future that fails with a {@link CofreException}; {@code cancel}, {@code
 * orTimeout} and the like end the call at the node too. {@link #blocking()} is the same for threads
 * that may wait, {@link #vertx()} for Vert.x. A {@code key} is a key's id, or its alias in the
 * caller's tenant; a {@code context} the encryption context. The arrays that are given belong to
 * the call until its future has ended. What the future runs runs on an event loop and must not
 * block.
 *
 * <p>A call is tried again when it never left, when a node refused it for a reason that may pass,
 * or when its connection was lost. In the last case it may be carried out twice, which does no
 * harm: another envelope or data key was made that nobody has, or the same envelope was opened
 * again. Each time stands in the audit log. {@link FrameLimits#withRetries} with one attempt turns
 * this off.
 *
 * <p>Memory: a connection keeps its read buffer (at most 256 KiB) and a pooled write buffer; open
 * calls are bounded by {@link FrameLimits}. Request and answer fit into a frame of 128 KiB; streams
 * of any length go through {@link dev.cofre.client.CofreClient}.
 *
 * <p>Thread-safe; one instance serves a whole process.
 */
public final class FrameClient implements AutoCloseable {
  private static final long CLOSE_MS = 5_000;

  private final Dispatcher dispatcher;
  private final Vertx owned;
  private Future<Void> closed;

  private FrameClient(Vertx vertx, FrameOptions options, Vertx owned) {
    this.dispatcher = new Dispatcher(vertx, options);
    this.owned = owned;
  }

  /** A client on the caller's {@code vertx}. */
  public static FrameClient create(Vertx vertx, FrameOptions options) {
    return new FrameClient(vertx, options, null);
  }

  /** A client with event loops of its own: one for each connection to a node. */
  public static FrameClient create(FrameOptions options) {
    int loops = options.limits().connectionsPerNode();
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops));
    return new FrameClient(vertx, options, vertx);
  }

  /** This client for threads that may wait. */
  public BlockingFrameClient blocking() {
    return new BlockingFrameClient(this);
  }

  /** This client with Vert.x futures. */
  public VertxFrameClient vertx() {
    return new VertxFrameClient(this);
  }

  /** Encrypts {@code plaintext} to an envelope. */
  public CompletableFuture<byte[]> encrypt(
      String key, byte[] plaintext, Map<String, String> context) {
    try {
      return dispatcher.start(Calls.encrypt(dispatcher, name(key), canonical(context), plaintext));
    } catch (CofreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Decrypts {@code envelope}, which names its key itself. */
  public CompletableFuture<byte[]> decrypt(byte[] envelope, Map<String, String> context) {
    try {
      return dispatcher.start(Calls.decrypt(dispatcher, canonical(context), envelope));
    } catch (CofreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Encrypts an envelope anew under the current version of its key; the plaintext stays there. */
  public CompletableFuture<byte[]> reencrypt(byte[] envelope, Map<String, String> context) {
    return reencrypt(envelope, context, "");
  }

  /** Encrypts an envelope anew under the current version of {@code key}. */
  public CompletableFuture<byte[]> reencrypt(
      byte[] envelope, Map<String, String> context, String key) {
    try {
      return dispatcher.start(Calls.reencrypt(dispatcher, name(key), canonical(context), envelope));
    } catch (CofreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Makes a data key.
   *
   * @param withPlaintext whether this caller is to have the key's bytes too
   */
  public CompletableFuture<DataKey> generateDataKey(
      String key, Map<String, String> context, boolean withPlaintext) {
    try {
      return dispatcher.start(
          Calls.generate(dispatcher, name(key), canonical(context), withPlaintext));
    } catch (CofreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Unwraps what {@link DataKey#wrapped()} gave. */
  public CompletableFuture<DataKey> unwrapDataKey(byte[] wrapped, Map<String, String> context) {
    try {
      return dispatcher.start(Calls.unwrap(dispatcher, canonical(context), wrapped.clone()));
    } catch (CofreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** How many calls are open now. */
  public int openCalls() {
    return dispatcher.openCalls();
  }

  private static byte[] name(String key) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    if (name.length > FrameFormat.KEY_BYTES_MAX) {
      throw new CofreException(
          Kind.LOCAL, "a key's name has at most " + FrameFormat.KEY_BYTES_MAX + " bytes");
    }
    return name;
  }

  private static byte[] canonical(Map<String, String> context) {
    if (context.isEmpty()) {
      return Calls.NOTHING;
    }
    try {
      return EncryptionContext.of(context).canonical();
    } catch (ProblemException e) {
      throw new CofreException(Kind.LOCAL, e.detail());
    }
  }

  /**
   * Takes no more calls, waits up to {@code timeoutMs} for the open ones, fails the rest, and
   * closes the connections.
   */
  public synchronized Future<Void> closeWithin(long timeoutMs) {
    if (closed == null) {
      Future<Void> done = dispatcher.close(timeoutMs);
      closed = owned == null ? done : done.eventually(owned::close);
    }
    return closed;
  }

  /** The same with 5 seconds, waiting for it; not to be called on an event loop. */
  @Override
  public void close() {
    BlockingFrameClient.await(closeWithin(CLOSE_MS).toCompletionStage().toCompletableFuture());
  }
}
