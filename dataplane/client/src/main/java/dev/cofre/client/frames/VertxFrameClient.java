package dev.cofre.client.frames;

import dev.cofre.client.DataKey;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * {@link FrameClient} with Vert.x futures, which complete on the context of their caller when it
 * has one. Thread-safe.
 */
public final class VertxFrameClient {
  private final FrameClient client;

  VertxFrameClient(FrameClient client) {
    this.client = client;
  }

  /** See {@link FrameClient#encrypt}. */
  public Future<byte[]> encrypt(String key, byte[] plaintext, Map<String, String> context) {
    return adapted(client.encrypt(key, plaintext, context));
  }

  /** See {@link FrameClient#decrypt}. */
  public Future<byte[]> decrypt(byte[] envelope, Map<String, String> context) {
    return adapted(client.decrypt(envelope, context));
  }

  /** See {@link FrameClient#reencrypt(byte[], Map)}. */
  public Future<byte[]> reencrypt(byte[] envelope, Map<String, String> context) {
    return adapted(client.reencrypt(envelope, context));
  }

  /** See {@link FrameClient#reencrypt(byte[], Map, String)}. */
  public Future<byte[]> reencrypt(byte[] envelope, Map<String, String> context, String key) {
    return adapted(client.reencrypt(envelope, context, key));
  }

  /** See {@link FrameClient#generateDataKey}. */
  public Future<DataKey> generateDataKey(
      String key, Map<String, String> context, boolean withPlaintext) {
    return adapted(client.generateDataKey(key, context, withPlaintext));
  }

  /** See {@link FrameClient#unwrapDataKey}. */
  public Future<DataKey> unwrapDataKey(byte[] wrapped, Map<String, String> context) {
    return adapted(client.unwrapDataKey(wrapped, context));
  }

  private static <T> Future<T> adapted(CompletionStage<T> stage) {
    Context context = Vertx.currentContext();
    return context == null
        ? Future.fromCompletionStage(stage)
        : Future.fromCompletionStage(stage, context);
  }
}
