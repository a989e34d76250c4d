package dev.cofre.dataplane.server;

import dev.cofre.contract.random.RandomSource;
import dev.cofre.dataplane.server.follow.HeadReporter;
import dev.cofre.dataplane.server.follow.HttpShipTarget;
import dev.cofre.dataplane.server.follow.NodeIdentity;
import dev.cofre.dataplane.server.follow.RevisionFloor;
import dev.cofre.dataplane.server.follow.SnapshotFollower;
import dev.cofre.dataplane.server.follow.UseReporter;
import dev.cofre.dataplane.server.frames.FramesListener;
import dev.cofre.dataplane.server.http.HttpListener;
import dev.cofre.dataplane.server.rehearsal.CompilerThreads;
import dev.cofre.dataplane.server.rehearsal.Rehearsal;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.aead.EnvelopeWarmUp;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.HsmSettings;
import dev.cofre.engine.identity.ExchangedTokens;
import dev.cofre.engine.process.PlaneProcess;
import dev.cofre.engine.random.GetRandom;
import dev.cofre.engine.request.Engine;
import dev.cofre.engine.seal.AuditSealer;
import dev.cofre.engine.ship.AuditShipper;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.http.StrictFraming;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One data plane node: made from its configuration in the order in which things depend on each
 * other, closed in reverse.
 */
final class DataPlane implements PlaneProcess.Running {
  private static final System.Logger LOG = System.getLogger(DataPlane.class.getName());
  private static final long START_SECONDS = 30;
  private static final Duration WARM_UP_MAX = Duration.ofSeconds(1);

  private final Deque<AutoCloseable> closing = new ArrayDeque<>();
  private final CompletableFuture<Void> rehearsed = new CompletableFuture<>();
  private final long drainMs;
  private ServerState state;

  private DataPlane(long drainMs) {
    this.drainMs = drainMs;
  }

  /**
   * Validates {@code configuration} and, unless {@code checkOnly}, starts a node.
   *
   * @param instruments what stands between the node and its parts
   */
  static PlaneProcess.Running start(
      Configuration configuration, boolean checkOnly, Instruments instruments) throws Exception {
    NodeSettings settings = NodeSettings.read(configuration);
    DataPlane node = new DataPlane(configuration.number(DataPlaneSettings.DRAIN_MS));
    if (!checkOnly) {
      try {
        node.start(configuration, settings, instruments);
      } catch (Exception e) {
        node.close();
        throw e;
      }
    }
    return node;
  }

  private void start(Configuration configuration, NodeSettings settings, Instruments instruments)
      throws Exception {
    RandomSource random = GetRandom.orDevice();
    settings.aead().selfTest();
    Hsm hsm = instruments.hsm().apply(HsmSettings.login(configuration));
    HsmGateway gateway = opened(new HsmGateway(hsm, settings.gateway()));
    Path auditDirectory = configuration.path(DataPlaneSettings.AUDIT_DIRECTORY);
    MappedAuditLog audit = opened(MappedAuditLog.open(auditDirectory, settings.audit()));
    AuditSealer sealer =
        opened(
            new AuditSealer(
                auditDirectory,
                audit,
                configuration.text(DataPlaneSettings.NODE_NAME),
                hsm,
                Duration.ofMillis(configuration.number(DataPlaneSettings.AUDIT_SEAL_MS)),
                Clock.systemUTC()));
    warmUp(settings.aead(), random);
    SnapshotHolder snapshots =
        new SnapshotHolder(configuration.number(DataPlaneSettings.MAX_AGE_MS));
    RevisionFloor floor = RevisionFloor.load(configuration.path(DataPlaneSettings.STATE_DIRECTORY));
    Engine engine =
        opened(
            new Engine(
                configuration.text(DataPlaneSettings.NODE_NAME),
                snapshots,
                gateway,
                instruments.audit().apply(audit),
                settings.keyLimits(),
                random,
                settings.aead(),
                Clock.systemUTC(),
                new ExchangedTokens(settings.verifier().key(), Clock.systemUTC()),
                settings.contextIndex()));
    int loops = eventLoops(configuration);
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(loops))
            .withTransport(StrictFraming.transport())
            .build();
    closing.push(() -> await(vertx.close()));
    state =
        new ServerState(
            engine,
            (int) configuration.number(DataPlaneSettings.STREAMS_MAX),
            settings.listener().tls().isEmpty(),
            settings.listener().trustDomain());
    state.seals(sealer::figures);
    if (configuration.flag(DataPlaneSettings.METRICS_KEYS)) {
      state.metrics().showKeys();
    }
    prepare(engine, snapshots);
    NodeIdentity identity =
        NodeIdentity.begin(
            configuration.path(DataPlaneSettings.STATE_DIRECTORY),
            configuration.text(DataPlaneSettings.NODE_NAME),
            snapshots.ageMaxMs(),
            settings.keyLimits().callerTtlMs());
    SnapshotFollower follower =
        opened(
            new SnapshotFollower(
                vertx,
                settings.control(),
                settings.verifier(),
                snapshots,
                floor,
                identity,
                engine.quotas(),
                engine.digestKeys(),
                state::isQuiet));
    UseReporter reporter =
        opened(
            new UseReporter(
                vertx,
                settings.control(),
                engine.uses(),
                configuration.text(DataPlaneSettings.NODE_NAME)));
    HeadReporter heads =
        opened(new HeadReporter(vertx, settings.control(), sealer, auditDirectory));
    await(
        vertx.deployVerticle(
            () -> new HttpListener(settings.listener(), state),
            new DeploymentOptions().setInstances(loops)));
    if (settings.frames().isOpen()) {
      startFrames(vertx, settings, loops);
    }
    // Only now: a node that cannot listen has nothing to tell but that.
    follower.start();
    reporter.start();
    heads.start();
    AuditShipper shipper =
        opened(
            new AuditShipper(
                auditDirectory,
                sealer,
                settings.audit(),
                configuration.number(DataPlaneSettings.AUDIT_ARCHIVED_BYTES_MAX),
                new HttpShipTarget(vertx, settings.control())));
    state.ships(shipper::figures);
    LOG.log(
        Level.INFO,
        "the data plane listens on {0}:{1}; AES-GCM by {2}",
        settings.listener().host(),
        Integer.toString(settings.listener().port()),
        settings.aead().text());
    int rounds =
        Rehearsal.run(
            vertx,
            loops,
            settings.aead(),
            random,
            configuration.path(DataPlaneSettings.STATE_DIRECTORY).resolve("rehearsal"),
            settings.rehearsal());
    // Until code is compiled, who waits for a compiler waits longest.
    if (rounds > 0) {
      CompilerThreads.giveWay();
    }
    rehearsed.complete(null);
  }

  /**
   * Has the node say that it is ready only when its first snapshot's keys have data keys and it can
   * digest contexts, as far as the HSM gives that, and the rehearsal is over.
   */
  private void prepare(Engine engine, SnapshotHolder snapshots) {
    CompletableFuture<Void> minted = new CompletableFuture<>();
    AtomicBoolean first = new AtomicBoolean(true);
    snapshots.onChange(
        next -> {
          if (first.getAndSet(false)) {
            engine.mintAhead(next).whenComplete((done, failure) -> minted.complete(null));
          }
        });
    state.readyAfter(CompletableFuture.allOf(minted, engine.digestKeys().tried(), rehearsed));
  }

  private void startFrames(Vertx vertx, NodeSettings settings, int loops) throws Exception {
    Optional<Path> socket = settings.frames().socket();
    if (socket.isPresent()) {
      FramesListener.prepare(socket.get());
      // Pushed after Vert.x, so closed before it: the name goes first.
      closing.push(() -> Files.deleteIfExists(socket.get()));
    }
    await(
        vertx.deployVerticle(
            () -> new FramesListener(settings.listener(), settings.frames(), state),
            new DeploymentOptions().setInstances(loops)));
  }

  private static void warmUp(AeadBackEnd aead, RandomSource random) {
    EnvelopeWarmUp.Result warm = aead.warmUp(random, WARM_UP_MAX);
    LOG.log(
        Level.DEBUG,
        "AES-GCM by {0}: known answers are right, warm after {1} ms",
        aead.text(),
        warm.tookNs() / 1_000_000);
  }

  private static int eventLoops(Configuration configuration) {
    long asked = configuration.number(DataPlaneSettings.EVENT_LOOPS);
    return (int) (asked == 0 ? Runtime.getRuntime().availableProcessors() : Math.min(asked, 256));
  }

  private <T extends AutoCloseable> T opened(T resource) {
    closing.push(resource);
    return resource;
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } catch (TimeoutException e) {
      throw new IOException(
          "the data plane did not start or stop within " + START_SECONDS + " seconds", e);
    }
  }

  @Override
  public void stop() throws Exception {
    if (state != null) {
      state.drain(Duration.ofMillis(drainMs));
    }
    close();
  }

  /** Closes all, whatever fails on the way; then tells the first failure. */
  private void close() throws Exception {
    Exception first = null;
    while (!closing.isEmpty()) {
      try {
        closing.pop().close();
      } catch (Exception e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
