package dev.cofre.dataplane.server.http;

import com.google.protobuf.ByteString;
import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.contract.snapshot.wire.Quota;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.dataplane.server.frames.FrameSettings;
import dev.cofre.dataplane.server.frames.FramesListener;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.request.Engine;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.SoftHsmToken;
import dev.cofre.http.StrictFraming;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A data plane node in this process: real HTTP, real SoftHSM2, a real audit log; its snapshot is
 * given by the test in place of a control plane.
 */
public final class TestNode implements AutoCloseable {
  public static final String APP_TOKEN = "cofre_test-token-of-the-workload-app-0000000000";
  public static final String OFFICER_TOKEN = "cofre_test-token-of-the-crypto-officer-000000000";
  public static final String STRANGER_TOKEN = "cofre_test-token-of-a-workload-without-grants-00";

  public final int port;
  public final int framePort;
  public final Path socket;
  public final UUID keyId = UUID.randomUUID();
  final UUID otherKeyId = UUID.randomUUID();
  final UUID expiredKeyId = UUID.randomUUID();
  final Path auditDirectory;
  private final AtomicLong passedNs = new AtomicLong();

  /** Never within an hour of the end of a day, at which quotas begin anew. */
  final Clock clock =
      LocalTime.now(ZoneOffset.UTC).getHour() == 23
          ? Clock.offset(Clock.systemUTC(), Duration.ofHours(-2))
          : Clock.systemUTC();

  private final SnapshotHolder snapshots = new SnapshotHolder(300_000, this::nanoTime);
  private final Vertx vertx = Vertx.builder().withTransport(StrictFraming.transport()).build();
  private final HsmGateway gateway;
  private final Engine engine;
  private final AuditLog audit;
  private final ServerState state;
  private final Hsm hsm;
  private long revision;
  private int version = 1;

  /** With its files in {@code directory}. */
  public TestNode(Path directory) throws Exception {
    this(directory, UnaryOperator.identity());
  }

  /** The same, with what {@code around} makes of its audit log. */
  public TestNode(Path directory, UnaryOperator<AuditLog> around) throws Exception {
    auditDirectory = directory.resolve("audit");
    hsm = SoftHsmToken.login();
    hsm.generateKek(label(keyId, 1));
    hsm.generateKek(label(keyId, 2));
    hsm.generateKek(label(otherKeyId, 1));
    gateway = new HsmGateway(hsm, Duration.ofSeconds(5));
    audit =
        around.apply(
            MappedAuditLog.open(auditDirectory, new AuditLogConfig(false, 1L << 30, 1L << 23)));
    engine =
        new Engine(
            "test",
            snapshots,
            gateway,
            audit,
            KeyLimits.DEFAULT,
            KernelRandom.INSTANCE,
            AeadBackEnd.SUNJCE,
            clock);
    state = new ServerState(engine, 64, true);
    port = freePort();
    publish(KeyState.KEY_STATE_ACTIVE);
    vertx
        .deployVerticle(
            () ->
                new HttpListener(new ListenerSettings("127.0.0.1", port, Optional.empty()), state),
            new DeploymentOptions().setInstances(2))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    framePort = freePort();
    // A socket's path is short.
    socket = Files.createTempDirectory("cofre").resolve("s");
    FrameSettings frames =
        new FrameSettings(Optional.of(framePort), Optional.of(socket), 1_200, 1_000);
    FramesListener.prepare(socket);
    vertx
        .deployVerticle(
            () ->
                new FramesListener(
                    new ListenerSettings("127.0.0.1", port, Optional.empty()), frames, state),
            new DeploymentOptions().setInstances(2))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  /** What a node that is not in development shows. */
  String figures(boolean ofKeys) {
    ServerState elsewhere = new ServerState(engine, 64, false);
    if (ofKeys) {
      elsewhere.metrics().showKeys();
    }
    return elsewhere.metrics().text(elsewhere);
  }

  private long nanoTime() {
    return System.nanoTime() + passedNs.get();
  }

  /** Lets {@code time} pass in which nobody tells the node anything. */
  public void pass(Duration time) {
    passedNs.addAndGet(time.toNanos());
  }

  /** Gives {@code app} another token. */
  void replaceToken() throws Exception {
    revision++;
    snapshots.accept(
        Statement.newBuilder()
            .setEpoch(1)
            .setRevision(revision)
            .setDigest(digest(revision))
            .setFromRevision(revision - 1)
            .setFromDigest(digest(revision - 1))
            .addPrincipals(principal("app", "workload", token("replaced")))
            .build(),
        nanoTime());
  }

  /** Gives {@code principal}, or with nothing its tenant, a quota. */
  void publishQuota(String principal, long perSecond, long perDay) throws Exception {
    revision++;
    snapshots.accept(
        Statement.newBuilder()
            .setEpoch(1)
            .setRevision(revision)
            .setDigest(digest(revision))
            .setFromRevision(revision - 1)
            .setFromDigest(digest(revision - 1))
            .addQuotas(
                Quota.newBuilder()
                    .setTenant("default")
                    .setPrincipal(principal)
                    .setPerSecond(perSecond)
                    .setPerDay(perDay))
            .build(),
        nanoTime());
  }

  /** Makes version 2 current. */
  public void rotate() throws Exception {
    version = 2;
    publish(KeyState.KEY_STATE_ACTIVE);
  }

  /**
   * Publishes the key {@code demo} in {@code keyState}; {@code app} has all grants on it, on {@code
   * other} only encrypt.
   */
  public void publish(KeyState keyState) throws Exception {
    Statement.Builder statement =
        Statement.newBuilder()
            .setEpoch(1)
            .setRevision(++revision)
            .setDigest(digest(revision))
            .setFromRevision(revision - 1)
            .setFromDigest(revision == 1 ? ByteString.EMPTY : digest(revision - 1))
            .addKeys(key(keyId, "demo", keyState, version, 2))
            .addKeys(key(otherKeyId, "other", KeyState.KEY_STATE_ACTIVE, 1, 1))
            .addKeys(key(expiredKeyId, "expired", KeyState.KEY_STATE_ACTIVE, 1, 1))
            .addPrincipals(principal("app", "workload", APP_TOKEN))
            .addPrincipals(principal("officer", "crypto-officer", OFFICER_TOKEN))
            .addPrincipals(principal("stranger", "workload", STRANGER_TOKEN));
    for (String role : List.of("platform-admin", "security-admin", "app-owner", "auditor")) {
      statement.addPrincipals(principal(role, role, token(role)));
    }
    statement.addPrincipals(principal("team", "app-owner", token("owner")));
    statement.addPolicies(
        policy("p1", keyId, List.of("encrypt", "decrypt", "data-key:generate", "data-key:unwrap")));
    statement.addPolicies(policy("p3", expiredKeyId, List.of("encrypt", "decrypt")));
    statement.addPolicies(policy("p2", otherKeyId, List.of("encrypt")));
    snapshots.accept(statement.build(), nanoTime());
  }

  /** Publishes {@code policy}, in place of one with its id. */
  void publishPolicy(Policy policy) throws Exception {
    revision++;
    snapshots.accept(
        Statement.newBuilder()
            .setEpoch(1)
            .setRevision(revision)
            .setDigest(digest(revision))
            .setFromRevision(revision - 1)
            .setFromDigest(digest(revision - 1))
            .addPolicies(policy)
            .build(),
        nanoTime());
  }

  /** The token of one of the principals that no test but the matrix of roles needs. */
  static String token(String name) {
    return "cofre_test-token-of-" + name + "-for-the-matrix-of-roles-00000";
  }

  private static KmsKey key(UUID id, String alias, KeyState state, int current, int versions) {
    KmsKey.Builder key =
        KmsKey.newBuilder()
            .setId(ByteString.copyFrom(Uuids.bytes(id)))
            .setAlias(alias)
            .setTenant("default")
            .setEnvironment("dev")
            .setOwner("team")
            .setState(state)
            .setCurrentVersion(current)
            .setExpiresAtMs(alias.equals("expired") ? 1 : Long.MAX_VALUE);
    for (int number = 1; number <= versions; number++) {
      key.addVersions(
          KeyVersion.newBuilder()
              .setNumber(number)
              .setProtection(Protection.PROTECTION_HSM)
              .setKekLabel(label(id, number)));
    }
    return key.build();
  }

  private static ByteString digest(long revision) {
    return ByteString.copyFrom(SnapshotDigest.sha256(new byte[] {(byte) revision}));
  }

  private static Principal principal(String id, String role, String token) {
    byte[] digest = SnapshotDigest.sha256(token.getBytes(StandardCharsets.UTF_8));
    return Principal.newBuilder()
        .setId(id)
        .setTenant("default")
        .addRoles(role)
        .addTokenDigests(ByteString.copyFrom(digest))
        .build();
  }

  private static Policy policy(String id, UUID key, List<String> actions) {
    return Policy.newBuilder()
        .setId(id)
        .setTenant("default")
        .setEffect(Effect.EFFECT_ALLOW)
        .addPrincipals("app")
        .addAllActions(actions)
        .addKeys(ByteString.copyFrom(Uuids.bytes(key)))
        .build();
  }

  private static String label(UUID id, int version) {
    return "kek-" + id + "-" + version;
  }

  /** Below those that clients get, which could take it before it is listened on. */
  private static int freePort() {
    int port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
    while (!isFree(port)) {
      port = ThreadLocalRandom.current().nextInt(12_000, 32_000);
    }
    return port;
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The audit log's events as JSON. */
  public List<String> auditLines() throws IOException {
    return AuditLogReader.events(auditDirectory).stream().map(AuditEvent::toJson).toList();
  }

  public Vertx vertx() {
    return vertx;
  }

  public ServerState state() {
    return state;
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    try {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(socket.getParent());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    engine.close();
    gateway.close();
    audit.close();
  }
}
