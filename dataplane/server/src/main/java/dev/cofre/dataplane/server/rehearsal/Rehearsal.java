package dev.cofre.dataplane.server.rehearsal;

import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.dataplane.server.http.HttpListener;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Serves requests to itself on a loopback port until its time is over: long and small ones, raw and
 * JSON, there and back, over new connections and kept ones. So the classes of a request's whole way
 * are loaded, its loops compiled, and the event loops' buffers touched before the first caller
 * comes.
 *
 * <p>It has an engine of its own, with a KEK in this process, an audit log in a folder that is
 * deleted, a token and a port that end with it; no key, token or audit log of the node is touched.
 * The log is of the same kind as the node's, and for the same reason the rest is: the compiler
 * keeps only the ways that it has seen taken. That it fails does not keep a node from serving: it
 * is only slow at first.
 */
public final class Rehearsal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Rehearsal.class.getName());
  private static final String HOST = "127.0.0.1";
  private static final String RAW = "application/octet-stream";
  private static final String JSON = "application/json";
  private static final String READY = "/health/ready";
  private static final String DECRYPT = "/v1/decrypt";
  private static final int SMALL_LENGTH = 1_024;
  private static final int LONG_LENGTH = 1 << 20;
  private static final int SMALL_PER_ROUND = 2;
  private static final int ROUNDS_PER_CONNECTION = 2;

  /** The longest answer and its framing. */
  private static final int ANSWER_MAX = 2 * LONG_LENGTH;

  private static final int WORKLOADS = 64;

  /** Of random bytes in a token; some fill a block of the digest that finds it, others do not. */
  private static final int TOKEN_LENGTH_MIN = 20;

  private static final int TOKEN_LENGTH_MAX = 34;
  private static final long AUDIT_BYTES_MAX = 64L << 20;
  private static final long AUDIT_SEGMENT_BYTES = 4L << 20;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
  private static final Duration QUIET_LIMIT = Duration.ofMillis(250);
  private static final Duration LINKING = Duration.ofMillis(250);
  private static final Duration SNAPSHOT_AGE_MAX = Duration.ofMinutes(1);
  private static final int DECRYPTION_KEYS_MAX = 64;

  private final Vertx vertx;
  private final List<String> tokens = new ArrayList<>();
  private int port;
  private final Deque<AutoCloseable> closing = new ArrayDeque<>();
  private final byte[] small = new byte[SMALL_LENGTH];
  private final byte[] large = new byte[LONG_LENGTH];
  private final byte[] items;
  private int rounds;
  private int encryptions;
  private long lastLongNs;

  private Rehearsal(Vertx vertx, RandomSource random) {
    this.vertx = vertx;
    for (int i = 0; i < WORKLOADS; i++) {
      int length = TOKEN_LENGTH_MIN + i % (TOKEN_LENGTH_MAX - TOKEN_LENGTH_MIN + 1);
      tokens.add(Hex.encode(random.bytes(length)));
    }
    String item = "{\"plaintext\":\"" + Base64.getEncoder().encodeToString(small) + "\"}";
    this.items = ("{\"items\":[" + item + "," + item + "]}").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Rehearses for {@code limit}, on {@code loops} of {@code vertx}'s event loops; blocks its
   * caller.
   *
   * @param folder for files that are deleted at the end, and at the next start after a kill
   * @return how many rounds of requests there were; 0 when it failed
   */
  public static int run(
      Vertx vertx, int loops, AeadBackEnd aead, RandomSource random, Path folder, Duration limit) {
    if (limit.isZero()) {
      return 0;
    }
    int rounds = 0;
    long endNs = System.nanoTime() + limit.toNanos();
    try (Rehearsal rehearsal = new Rehearsal(vertx, random)) {
      Engine engine = rehearsal.engine(aead, random, folder);
      // To close a listener loads classes of which the compiler had assumed that there are none,
      // and what it made by that is thrown away: so once before it matters.
      rehearsal.serve(engine, loops, () -> rehearsal.runUntil(System.nanoTime()));
      rehearsal.serve(engine, loops, () -> rehearsal.rehearse(endNs));
      LOG.log(
          Level.DEBUG,
          "rehearsed {0} rounds of requests, the last megabyte took {1} µs",
          rehearsal.rounds,
          rehearsal.lastLongNs / 1_000);
      rounds = rehearsal.rounds;
    } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "the rehearsal ended early, first requests may be slow: {0}",
          e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return rounds;
  }

  private Engine engine(AeadBackEnd aead, RandomSource random, Path folder) throws IOException {
    RehearsalFolder.delete(folder);
    closing.push(() -> RehearsalFolder.delete(folder));
    MappedAuditLog audit =
        opened(
            MappedAuditLog.open(
                folder, new AuditLogConfig(false, AUDIT_BYTES_MAX, AUDIT_SEGMENT_BYTES)));
    SimulatedHsm hsm = new SimulatedHsm(Duration.ZERO, 2);
    hsm.generateKek(RehearsalSnapshot.KEK_LABEL);
    HsmGateway gateway = opened(new HsmGateway(hsm, ANSWER_LIMIT));
    KeyLimits shipped = KeyLimits.DEFAULT;
    KeyLimits limits =
        new KeyLimits(
            shipped.encryptMs(),
            shipped.encryptRequestsMax(),
            shipped.encryptBytesMax(),
            shipped.decryptMs(),
            DECRYPTION_KEYS_MAX,
            shipped.callerTtlMs());
    return opened(
        new Engine(
            "rehearsal",
            RehearsalSnapshot.hold(tokens, SNAPSHOT_AGE_MAX),
            gateway,
            audit,
            limits,
            random,
            aead,
            Clock.systemUTC()));
  }

  private <T extends AutoCloseable> T opened(T resource) {
    closing.push(resource);
    return resource;
  }

  /** What is done while it listens. */
  private interface Part {
    void run() throws IOException;
  }

  /** Listens while {@code part} runs. */
  private void serve(Engine engine, int loops, Part part)
      throws IOException, ExecutionException, TimeoutException, InterruptedException {
    ServerState state = new ServerState(engine, 2 * loops, false);
    port = freePort();
    ListenerSettings settings = new ListenerSettings(HOST, port, Optional.empty());
    String deployment =
        await(
            vertx.deployVerticle(
                () -> new HttpListener(settings, state),
                new DeploymentOptions().setInstances(loops)));
    try {
      part.run();
    } finally {
      await(vertx.undeploy(deployment));
    }
  }

  /**
   * Rehearses until {@code endNs} or a little later, in the end once more what the compilers made
   * while nothing else ran: the JVM resolves each call in compiled code when it is made for the
   * first time, for which else the first caller waits.
   */
  private void rehearse(long endNs) throws IOException {
    runUntil(endNs - LINKING.toNanos());
    boolean quiet = CompilerQuiet.await(QUIET_LIMIT);
    LOG.log(Level.DEBUG, "the compilers are done: {0}", quiet);
    runUntil(System.nanoTime() + LINKING.toNanos());
  }

  /** At least one round, however slow the machine is: each call is bounded for itself. */
  private void runUntil(long endNs) throws IOException {
    do {
      try (LoopbackConnection connection =
          new LoopbackConnection(port, token(), ANSWER_LIMIT, ANSWER_MAX)) {
        connection.readsLate(rounds % (2 * ROUNDS_PER_CONNECTION) == 0);
        for (int i = 0; i < ROUNDS_PER_CONNECTION; i++) {
          round(connection);
          rounds++;
        }
      }
    } while (System.nanoTime() - endNs < 0);
  }

  /** By turns a connection begins with a long body and with a small one. */
  private void round(LoopbackConnection connection) throws IOException {
    if (rounds % 4 < 2) {
      thereAndBack(connection, large);
    }
    connection.get(READY);
    for (int i = 0; i < SMALL_PER_ROUND; i++) {
      thereAndBack(connection, small);
    }
    if (rounds % 4 >= 2) {
      thereAndBack(connection, large);
    }
    connection.post(encryption(), JSON, items);
  }

  private void thereAndBack(LoopbackConnection connection, byte[] plaintext) throws IOException {
    long startNs = System.nanoTime();
    byte[] envelope = connection.post(encryption(), RAW, plaintext);
    lastLongNs = plaintext.length == LONG_LENGTH ? System.nanoTime() - startNs : lastLongNs;
    if (!Arrays.equals(plaintext, connection.post(DECRYPT, RAW, envelope))) {
      throw new IOException("what was encrypted did not come back");
    }
  }

  /** Of the next workload: each connection is another's. */
  private String token() {
    return tokens.get(rounds / ROUNDS_PER_CONNECTION % tokens.size());
  }

  /** The path to encrypt under the next key. */
  private String encryption() {
    return "/v1/keys/" + RehearsalSnapshot.key(encryptions++) + "/encrypt";
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

  /** Ends all that it opened, in reverse, whatever fails on the way. */
  @Override
  public void close() {
    while (!closing.isEmpty()) {
      try {
        closing.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.log(Level.WARNING, "a part of the rehearsal does not close: {0}", e.toString());
      }
    }
  }
}
