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
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
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
 * no key, token or audit log of the node is touched. Its client is the JDK's, on threads of its
 * own. That it fails does not keep a node from serving: it is only slow at first.
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
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final Duration SNAPSHOT_AGE_MAX = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final HsmGateway gateway;
  private final Engine engine;
  private final String token;
  private final int port;
  private final HttpClient client;
  private final byte[] small = new byte[SMALL_LENGTH];
  private final byte[] large = new byte[LONG_LENGTH];
  private String deployment;

  private Rehearsal(Vertx vertx, AeadBackEnd aead, RandomSource random) throws IOException {
    this.vertx = vertx;
    this.token = Hex.encode(random.bytes(TOKEN_LENGTH));
    this.port = freePort();
    SimulatedHsm hsm = new SimulatedHsm(Duration.ZERO, 2);
    hsm.generateKek(RehearsalSnapshot.KEK_LABEL);
    this.gateway = new HsmGateway(hsm, ANSWER_LIMIT);
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
    this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
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
      LOG.log(Level.DEBUG, "rehearsed {0} rounds of requests", rounds);
    } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the rehearsal ended early, first requests may be slow: {0}",
          e.toString());
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

  private void round() throws IOException, InterruptedException {
    String encrypt = "/v1/keys/" + RehearsalSnapshot.KEY + "/encrypt";
    for (int i = 0; i < SMALL_PER_ROUND; i++) {
      thereAndBack(encrypt, small);
    }
    thereAndBack(encrypt, large);
    String item = "{\"plaintext\":\"" + Base64.getEncoder().encodeToString(small) + "\"}";
    String items = "{\"items\":[" + item + "," + item + "]}";
    post(encrypt, JSON, items.getBytes(StandardCharsets.US_ASCII));
  }

  private void thereAndBack(String encrypt, byte[] plaintext)
      throws IOException, InterruptedException {
    if (!Arrays.equals(plaintext, post("/v1/decrypt", RAW, post(encrypt, RAW, plaintext)))) {
      throw new IOException("what was encrypted did not come back");
    }
  }

  private byte[] post(String path, String contentType, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + HOST + ":" + port + path))
            .timeout(ANSWER_LIMIT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException("an answer has the status " + response.statusCode());
    }
    return response.body();
  }

  private static <T> T await(Future<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    try {
      client.shutdownNow();
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
