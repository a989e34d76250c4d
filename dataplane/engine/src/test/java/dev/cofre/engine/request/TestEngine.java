package dev.cofre.engine.request;

import com.google.protobuf.ByteString;
import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.digest.WrappedDigestKey;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.identity.ExchangedTokens;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.keys.KeyWrapping;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.Statements;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.Requester;
import dev.cofre.hsm.SimulatedHsm;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An engine in front of a simulated HSM, whose outages and counts a test can see, with an audit log
 * in memory.
 */
final class TestEngine implements AutoCloseable, AuditLog {
  private static final String TOKEN = "the token of the only principal there is";
  private static final String LABEL = "kek-1";
  private static final String DIGEST_LABEL = "audit-digest-root";

  final SimulatedHsm hsm;
  final ConcurrentLinkedQueue<AuditEvent> events = new ConcurrentLinkedQueue<>();

  /** How many events were appended as one, each time. */
  final ConcurrentLinkedQueue<Integer> parts = new ConcurrentLinkedQueue<>();

  final UUID keyId = UUID.randomUUID();
  final Engine engine;
  private final HsmGateway gateway;
  private final SnapshotHolder snapshots = new SnapshotHolder(600_000);
  volatile boolean auditFails;

  /** How far this engine's clock is ahead. */
  volatile Duration ahead = Duration.ZERO;

  private final class AheadClock extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  TestEngine(Duration callTime, KeyLimits limits) throws Exception {
    hsm = new SimulatedHsm(callTime, 4);
    hsm.generateKek(LABEL);
    gateway = new HsmGateway(hsm, Duration.ofSeconds(5));
    engine =
        new Engine(
            "test",
            snapshots,
            gateway,
            this,
            limits,
            KernelRandom.INSTANCE,
            AeadBackEnd.SUNJCE,
            new AheadClock(),
            new ExchangedTokens(null, Clock.systemUTC()),
            Set.of("tenant"));
    snapshots.accept(
        Statements.complete(1, 1, "one")
            .addKeys(Statements.key(keyId, "demo", KeyState.KEY_STATE_ACTIVE, LABEL))
            .addPrincipals(
                Principal.newBuilder()
                    .setId("app")
                    .setTenant("default")
                    .addRoles("workload")
                    .addTokenDigests(ByteString.copyFrom(SnapshotDigest.sha256(token()))))
            .addPolicies(
                Policy.newBuilder()
                    .setId("p1")
                    .setTenant("default")
                    .setEffect(Effect.EFFECT_ALLOW)
                    .addPrincipals("app")
                    .addAllActions(List.of("encrypt", "decrypt"))
                    .addKeys(ByteString.copyFrom(Uuids.bytes(keyId))))
            .build(),
        System.nanoTime());
  }

  /** A key of {@code year}, wrapped in this HSM, as a control plane would have made it. */
  WrappedDigestKey digestKey(int year, byte[] key) {
    if (!hsm.hasKek(DIGEST_LABEL)) {
      hsm.generateKek(DIGEST_LABEL);
    }
    UUID id = UUID.randomUUID();
    byte[] wrapped =
        Arrays.copyOf(KernelRandom.INSTANCE.bytes(12), WrappedDigestKey.WRAPPED_LENGTH);
    byte[] sealed =
        hsm.wrap(
            DIGEST_LABEL,
            Arrays.copyOf(wrapped, 12),
            WrappedDigestKey.aad(id, year),
            ClearKey.of(key));
    System.arraycopy(sealed, 0, wrapped, 12, sealed.length);
    return new WrappedDigestKey(id, year, DIGEST_LABEL, wrapped);
  }

  /** Disables the key. */
  void disable() throws Exception {
    snapshots.accept(
        Statements.delta(1, 1, "one", 2, "two")
            .addKeys(Statements.key(keyId, "demo", KeyState.KEY_STATE_DISABLED, LABEL))
            .build(),
        System.nanoTime());
  }

  private static byte[] token() {
    return TOKEN.getBytes(StandardCharsets.US_ASCII);
  }

  /** Wraps another data key, as another node would have; it was never in this node's cache. */
  KeyWrapping.Minted mintedElsewhere() {
    return new KeyWrapping(gateway, KernelRandom.INSTANCE)
        .mint(
            engine.snapshots().last().key(keyId),
            Usage.SERVICE,
            EncryptionContext.EMPTY,
            Requester.NODE)
        .join();
  }

  HsmGateway gateway() {
    return gateway;
  }

  /** An event loop with its own path. */
  Loop newLoop() {
    return new Loop();
  }

  /** One thread that all work of a path is done on. */
  final class Loop implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    final RequestPath path = engine.newRequestPath(thread);
    final Caller caller = new Caller(path.authenticate(token()), "token", "127.0.0.1", "r");

    /** Runs {@code work} on the loop. */
    <T> CompletableFuture<T> run(java.util.concurrent.Callable<CompletableFuture<T>> work) {
      CompletableFuture<T> done = new CompletableFuture<>();
      thread.execute(
          () -> {
            try {
              work.call()
                  .whenComplete(
                      (result, failure) -> {
                        if (failure == null) {
                          done.complete(result);
                        } else {
                          done.completeExceptionally(failure);
                        }
                      });
            } catch (Exception e) {
              done.completeExceptionally(e);
            }
          });
      return done;
    }

    @Override
    public void close() {
      thread.shutdown();
    }
  }

  @Override
  public CompletableFuture<Void> append(List<AuditEvent> more) {
    if (auditFails) {
      return CompletableFuture.failedFuture(
          new ProblemException(ErrorCode.AUDIT_UNAVAILABLE, "the log is full"));
    }
    events.addAll(more);
    parts.add(more.size());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public boolean isAvailable() {
    return !auditFails;
  }

  @Override
  public void close() {
    engine.close();
    gateway.close();
  }
}
