package dev.cofre.client;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;

/**
 * {@link CofreClient} for threads that may wait. Calls throw {@link CofreException}.
 *
 * <p>Thread-safe. An interrupt ends the wait with a {@link CofreException}, not the call.
 */
public final class BlockingCofreClient {
  private final CofreClient client;

  BlockingCofreClient(CofreClient client) {
    this.client = client;
  }

  /** See {@link CofreClient#encrypt(String, byte[], Map)}. */
  public byte[] encrypt(String key, byte[] plaintext, Map<String, String> context) {
    return await(client.encrypt(key, plaintext, context), "encrypt");
  }

  /** See {@link CofreClient#decrypt(byte[], Map)}. */
  public byte[] decrypt(byte[] envelope, Map<String, String> context) {
    return await(client.decrypt(envelope, context), "decrypt");
  }

  /**
   * Encrypts {@code in} to its end into {@code out}, with bounded memory. The calling thread
   * writes, a thread of its own reads; both streams stay open. After a failure what was written
   * must be thrown away, and one read of {@code in} may still be under way.
   *
   * @throws IOException when {@code in} or {@code out} fails
   */
  public void encrypt(String key, InputStream in, OutputStream out, Map<String, String> context)
      throws IOException {
    stream(in, out, (source, sink) -> client.encrypt(key, source, sink, context));
  }

  /**
   * Decrypts the envelope {@code in} into {@code out}; see the streaming {@code encrypt}.
   *
   * @throws IOException when {@code in} or {@code out} fails
   */
  public void decrypt(InputStream in, OutputStream out, Map<String, String> context)
      throws IOException {
    stream(in, out, (source, sink) -> client.decrypt(source, sink, context));
  }

  /** See {@link CofreClient#reencrypt(byte[], Map)}. */
  public byte[] reencrypt(byte[] envelope, Map<String, String> context) {
    return await(client.reencrypt(envelope, context), "reencrypt");
  }

  /** See {@link CofreClient#generateDataKey}. */
  public DataKey generateDataKey(String key, Map<String, String> context, boolean withPlaintext) {
    return await(client.generateDataKey(key, context, withPlaintext), "generateDataKey");
  }

  /** See {@link CofreClient#unwrapDataKey}. */
  public DataKey unwrapDataKey(byte[] wrapped, Map<String, String> context) {
    return await(client.unwrapDataKey(wrapped, context), "unwrapDataKey");
  }

  /** See {@link CofreClient#metrics}. */
  public String metrics() {
    return await(client.metrics(), "metrics");
  }

  private static void stream(
      InputStream in,
      OutputStream out,
      BiFunction<InputStreamSource, OutputStreamSink, Future<Void>> exchange)
      throws IOException {
    refuseEventLoop("a stream");
    OutputStreamSink sink = new OutputStreamSink(out);
    try (InputStreamSource source = new InputStreamSource(in)) {
      Future<Void> done = exchange.apply(source, sink);
      done.onComplete(end -> sink.stop());
      sink.writeUntilStopped();
      try {
        done.toCompletionStage().toCompletableFuture().get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException local) {
          throw local;
        }
        throw known(e.getCause());
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  static <T> T await(Future<T> future, String what) {
    refuseEventLoop(what);
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw known(e.getCause());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static void refuseEventLoop(String what) {
    if (Context.isOnEventLoopThread()) {
      throw new IllegalStateException(what + " would block an event loop: use CofreClient");
    }
  }

  private static CofreException known(Throwable failure) {
    if (failure instanceof CofreException known) {
      return known;
    }
    throw new IllegalStateException("the client failed", failure);
  }

  private static CofreException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new CofreException(CofreException.Kind.TIMED_OUT, "interrupted while waiting", e);
  }
}
