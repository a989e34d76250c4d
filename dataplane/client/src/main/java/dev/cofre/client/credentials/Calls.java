package dev.cofre.client.credentials;

import dev.cofre.client.CofreException;
import dev.cofre.client.Endpoint;
import dev.cofre.client.JsonApi;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The control plane's calls that credentials take. Each waits for its answer, as long as the
 * endpoint's limits say at most. Thread-safe.
 */
final class Calls implements AutoCloseable {
  /** Longer than any call's own limit; that one is what counts. */
  private static final long WAIT_MAX_MINUTES = 10;

  private static final System.Logger LOG = System.getLogger(Calls.class.getName());
  private static final long CLOSE_MAX_S = 10;

  private final Vertx vertx;
  private final JsonApi api;

  /** Its threads hold up no process that wants to end, and it writes no file. */
  Calls(Endpoint endpoint) {
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    api = new JsonApi(vertx, endpoint);
  }

  /** A new lease; {@code key} tells a repetition from another request. */
  SecretFields issueLease(CredentialSource.Lease source, String key) {
    JsonObject wanted = renewal(source).put("engine", source.engine()).put("role", source.role());
    return SecretFields.read(
        "a lease's answer",
        await(api.bytes(HttpMethod.POST, "/v1/leases", wanted, Map.of("Idempotency-Key", key))));
  }

  SecretFields renewLease(CredentialSource.Lease source, String id) {
    return SecretFields.read(
        "a lease's answer",
        await(api.bytes(HttpMethod.POST, lease(id) + "/renew", renewal(source), Map.of())));
  }

  private static JsonObject renewal(CredentialSource.Lease source) {
    JsonObject wanted = new JsonObject();
    source.ttl().ifPresent(ttl -> wanted.put("ttlSeconds", ttl.toSeconds()));
    return wanted;
  }

  void revokeLease(String id) {
    await(api.call(HttpMethod.POST, lease(id) + "/revoke", null));
  }

  SecretFields readSecret(String name) {
    return SecretFields.read(
        "a secret's answer",
        await(
            api.bytes(HttpMethod.GET, "/v1/secrets/" + escaped(name) + "/value", null, Map.of())));
  }

  private static String lease(String id) {
    return "/v1/leases/" + escaped(id);
  }

  private static String escaped(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static <T> T await(Future<T> answer) {
    try {
      return answer
          .toCompletionStage()
          .toCompletableFuture()
          .get(WAIT_MAX_MINUTES, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CofreException failure) {
        throw failure;
      }
      throw new CofreException(CofreException.Kind.LOCAL, "the call failed", e.getCause());
    } catch (TimeoutException e) {
      throw new CofreException(CofreException.Kind.TIMED_OUT, "no end of a call", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CofreException(CofreException.Kind.LOCAL, "interrupted", e);
    }
  }

  /** Waits whether the thread is interrupted or not, and never fails. */
  @Override
  public void close() {
    api.close();
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(CLOSE_MAX_S, TimeUnit.SECONDS)
        .exceptionally(
            failure -> {
              LOG.log(Level.DEBUG, "the connections did not close in order", failure);
              return null;
            })
        .join();
  }
}
