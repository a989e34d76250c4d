package dev.cofre.benchmarks.engine;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.keys.KeyWrapping;
import dev.cofre.engine.random.GetRandom;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.Engine;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.engine.seal.AuditSealer;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A whole engine with one KMS key and one workload that may use it, and one event loop's path. */
final class EngineFixture implements AutoCloseable {
  static final String KEY = "demo";
  private static final String TOKEN = "token-of-a-benchmark-that-nobody-else-takes";
  private static final String LABEL = "kek-demo-1";
  private static final long AGE_MAX_MS = 3_600_000;

  /** More than a fork writes, and not much more than a disk has. */
  private static final long AUDIT_BYTES_MAX = 8L << 30;

  private final Path folder;
  private final UUID keyId = new UUID(1, 2);
  private final HsmGateway gateway;
  private final AuditLog audit;
  private final Optional<AuditSealer> sealer;
  private final Engine engine;
  private final RequestPath path;
  private final Caller caller;
  private final KeyMetadata key;
  private final RandomSource random = GetRandom.orDevice();

  /** With {@code before}, that of others, in the same snapshot. */
  EngineFixture(Hsm hsm, boolean audited, KeyLimits limits, AeadBackEnd aead, SnapshotState before)
      throws IOException {
    hsm.generateKek(LABEL);
    this.folder = Files.createTempDirectory("cofre-benchmark");
    this.gateway = new HsmGateway(hsm, Duration.ofSeconds(10));
    if (audited) {
      MappedAuditLog log = MappedAuditLog.open(folder, new AuditLogConfig(false, AUDIT_BYTES_MAX));
      this.audit = log;
      this.sealer =
          Optional.of(
              new AuditSealer(folder, log, "bench", hsm, Duration.ofSeconds(1), Clock.systemUTC()));
    } else {
      this.audit = new NoAuditLog();
      this.sealer = Optional.empty();
    }
    SnapshotHolder snapshots = new SnapshotHolder(AGE_MAX_MS);
    this.engine =
        new Engine("bench", snapshots, gateway, audit, limits, random, aead, Clock.systemUTC());
    try {
      snapshots.publish(before.apply(statement(before)), System.nanoTime());
    } catch (SnapshotRejectedException e) {
      throw new IllegalStateException(e);
    }
    this.path = engine.newRequestPath(Runnable::run);
    this.key = snapshots.last().key("default", KEY);
    this.caller =
        new Caller(
            path.authenticate(TOKEN.getBytes(StandardCharsets.US_ASCII)),
            "token",
            "127.0.0.1",
            "0123456789abcdef");
  }

  private Statement statement(SnapshotState before) {
    return Statement.newBuilder()
        .setEpoch(1)
        .setFromRevision(before.revision())
        .setFromDigest(ByteString.copyFrom(before.digest()))
        .setRevision(before.revision() + 1)
        .setDigest(ByteString.copyFrom(SnapshotDigest.sha256(new byte[] {1})))
        .addKeys(
            KmsKey.newBuilder()
                .setId(ByteString.copyFrom(Uuids.bytes(keyId)))
                .setAlias(KEY)
                .setTenant("default")
                .setEnvironment("dev")
                .setOwner("team")
                .setState(KeyState.KEY_STATE_ACTIVE)
                .setCurrentVersion(1)
                .setExpiresAtMs(Long.MAX_VALUE)
                .addVersions(
                    KeyVersion.newBuilder()
                        .setNumber(1)
                        .setProtection(Protection.PROTECTION_HSM)
                        .setKekLabel(LABEL)))
        .addPrincipals(
            Principal.newBuilder()
                .setId("app")
                .setTenant("default")
                .addRoles("workload")
                .addTokenDigests(
                    ByteString.copyFrom(
                        SnapshotDigest.sha256(TOKEN.getBytes(StandardCharsets.US_ASCII)))))
        .addPolicies(
            Policy.newBuilder()
                .setId("p1")
                .setTenant("default")
                .setEffect(Effect.EFFECT_ALLOW)
                .addPrincipals("app")
                .addAllActions(List.of("encrypt", "decrypt"))
                .addKeys(ByteString.copyFrom(Uuids.bytes(keyId))))
        .build();
  }

  RequestPath path() {
    return path;
  }

  Caller caller() {
    return caller;
  }

  Engine engine() {
    return engine;
  }

  KeyMetadata key() {
    return key;
  }

  RandomSource random() {
    return random;
  }

  /** Makes and wraps data keys beside the engine's own. */
  KeyWrapping wrapping() {
    return new KeyWrapping(gateway, random);
  }

  @Override
  public void close() {
    engine.close();
    sealer.ifPresent(AuditSealer::close);
    gateway.close();
    audit.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
