package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.client.DataKey;
import io.vertx.core.Context;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * {@link FrameClient} for threads that may wait. Calls throw {@link CofreException}; requests of
 * several threads are written together.
 *
 * <p>Thread-safe. An interrupt ends the wait and the call with a {@link CofreException}.
 */
public final class BlockingFrameClient {
  private final FrameClient client;

  BlockingFrameClient(FrameClient client) {
    this.client = client;
  }

  /** See {@link FrameClient#encrypt}. */
  public byte[] encrypt(String key, byte[] plaintext, Map<String, String> context) {
    return await(client.encrypt(key, plaintext, context));
  }

  /** See {@link FrameClient#decrypt}. */
  public byte[] decrypt(byte[] envelope, Map<String, String> context) {
    return await(client.decrypt(envelope, context));
  }

  /** See {@link FrameClient#reencrypt(byte[], Map)}. */
  public byte[] reencrypt(byte[] envelope, Map<String, String> context) {
    return await(client.reencrypt(envelope, context));
  }

  /** See {@link FrameClient#reencrypt(byte[], Map, String)}. */
  public byte[] reencrypt(byte[] envelope, Map<String, String> context, String key) {
    return await(client.reencrypt(envelope, context, key));
  }

  /** See {@link FrameClient#generateDataKey}. */
  public DataKey generateDataKey(String key, Map<String, String> context, boolean withPlaintext) {
    return await(client.generateDataKey(key, context, withPlaintext));
  }

  /** See {@link FrameClient#unwrapDataKey}. */
  public DataKey unwrapDataKey(byte[] wrapped, Map<String, String> context) {
    return await(client.unwrapDataKey(wrapped, context));
  }

  static <T> T await(CompletableFuture<T> call) {
    if (Context.isOnEventLoopThread()) {
      call.cancel(false);
      throw new IllegalStateException("this would block an event loop: use FrameClient");
    }
    try {
      return call.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CofreException known) {
        throw known;
      }
      throw new IllegalStateException("the client failed", e.getCause());
    } catch (CancellationException e) {
      throw new CofreException(Kind.TIMED_OUT, "the call was cancelled", e);
    } catch (InterruptedException e) {
      call.cancel(false);
      Thread.currentThread().interrupt();
      throw new CofreException(Kind.TIMED_OUT, "interrupted while waiting", e);
    }
  }
}
