package dev.cofre.dataplane.server.rehearsal;

import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.dataplane.server.http.HttpListener;
import dev.cofre.dataplane.server.http.ServerState;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.request.Engine;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.SimulatedHsm;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Serves requests to itself on a loopback port until its time is over: small and long ones, raw and
 * JSON, there and back. So the classes of a request's whole way are loaded and its loops compiled
 * before the first caller comes.
 *
 * <p>It has an engine of its own, with a KEK in this process, a token and a port that end with it;
 * no key, token or audit log of the node is touched. That it fails does not keep a node from
 * serving: it is only slow at first.
 */
public final class Rehearsal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Rehearsal.class.getName());
  private static final String HOST = "127.0.0.1";
  private static final String RAW = "application/octet-stream";
  private static final String JSON = "application/json";
  private static final int SMALL_LENGTH = 1_024;
  private static final int LONG_LENGTH = 1 << 20;
  private static final int SMALL_PER_ROUND = 4;
  private static final int TOKEN_LENGTH = 32;
  private static final long ANSWER_SECONDS = 5;
  private static final Duration SNAPSHOT_AGE_MAX = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final HsmGateway gateway;
  private final Engine engine;
  private final String token;
  private final int port;
  private final HttpClient client;
  private final Buffer small = Buffer.buffer(new byte[SMALL_LENGTH]);
  private final Buffer large = Buffer.buffer(new byte[LONG_LENGTH]);
  private String deployment;

  private Rehearsal(Vertx vertx, AeadBackEnd aead, RandomSource random) throws IOException {
    this.vertx = vertx;
    this.token = Hex.encode(random.bytes(TOKEN_LENGTH));
    this.port = freePort();
    SimulatedHsm hsm = new SimulatedHsm(Duration.ZERO, 2);
    hsm.generateKek(RehearsalSnapshot.KEK_LABEL);
    this.gateway = new HsmGateway(hsm, Duration.ofSeconds(ANSWER_SECONDS));
    this.engine =
        new Engine(
            "rehearsal",
            RehearsalSnapshot.hold(token.getBytes(StandardCharsets.US_ASCII), SNAPSHOT_AGE_MAX),
            gateway,
            new ForgetfulAuditLog(),
            KeyLimits.DEFAULT,
            random,
            aead,
            Clock.systemUTC());
    this.client =
        vertx.createHttpClient(new HttpClientOptions().setDefaultHost(HOST).setDefaultPort(port));
  }

  /** Rehearses for {@code limit}, on {@code vertx}'s event loops; blocks its caller. */
  public static void run(Vertx vertx, AeadBackEnd aead, RandomSource random, Duration limit) {
    if (limit.isZero()) {
      return;
    }
    long endNs = System.nanoTime() + limit.toNanos();
    try (Rehearsal rehearsal = new Rehearsal(vertx, aead, random)) {
      rehearsal.listen();
      int rounds = 0;
      while (System.nanoTime() - endNs < 0) {
        rehearsal.round();
        rounds++;
      }
      LOG.log(Level.INFO, "rehearsed {0} rounds of requests", rounds);
    } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
      LOG.log(Level.WARNING, "the rehearsal ended early, first requests may be slow: {0}", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() throws ExecutionException, TimeoutException, InterruptedException {
    ServerState state = new ServerState(engine, 2, true);
    ListenerSettings settings = new ListenerSettings(HOST, port, Optional.empty());
    deployment =
        await(
            vertx.deployVerticle(
                () -> new HttpListener(settings, state), new DeploymentOptions().setInstances(1)));
  }

  private void round() throws ExecutionException, TimeoutException, InterruptedException {
    String encrypt = "/v1/keys/" + RehearsalSnapshot.KEY + "/encrypt";
    for (int i = 0; i < SMALL_PER_ROUND; i++) {
      thereAndBack(encrypt, small);
    }
    thereAndBack(encrypt, large);
    String plaintext = Base64.getEncoder().encodeToString(small.getBytes());
    Buffer item = Buffer.buffer("{\"plaintext\":\"" + plaintext + "\"}");
    post(encrypt, JSON, Buffer.buffer("{\"items\":[" + item + "," + item + "]}"));
  }

  private void thereAndBack(String encrypt, Buffer plaintext)
      throws ExecutionException, TimeoutException, InterruptedException {
    Buffer back = post("/v1/decrypt", RAW, post(encrypt, RAW, plaintext));
    if (!back.equals(plaintext)) {
      throw new IllegalStateException("what was encrypted did not come back");
    }
  }

  private Buffer post(String path, String contentType, Buffer body)
      throws ExecutionException, TimeoutException, InterruptedException {
    return await(
        client
            .request(HttpMethod.POST, path)
            .compose(
                request ->
                    request
                        .putHeader("Authorization", "Bearer " + token)
                        .putHeader("Content-Type", contentType)
                        .send(body))
            .compose(
                response ->
                    response.statusCode() == 200
                        ? response.body()
                        : Future.failedFuture(
                            "an answer has the status " + response.statusCode())));
  }

  private static <T> T await(Future<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.toCompletionStage().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    try {
      await(client.close());
      if (deployment != null) {
        await(vertx.undeploy(deployment));
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(Level.WARNING, "the rehearsal''s listener does not close: {0}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      engine.close();
      gateway.close();
    }
  }
}
