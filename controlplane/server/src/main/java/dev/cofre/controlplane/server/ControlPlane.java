package dev.cofre.controlplane.server;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.alert.Alerts;
import dev.cofre.controlplane.server.alert.LogWatch;
import dev.cofre.controlplane.server.api.Api;
import dev.cofre.controlplane.server.api.Listener;
import dev.cofre.controlplane.server.api.Workers;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.audit.AuditDigestKeys;
import dev.cofre.controlplane.server.audit.AuditIntake;
import dev.cofre.controlplane.server.bootstrap.Bootstrap;
import dev.cofre.controlplane.server.bootstrap.Demonstration;
import dev.cofre.controlplane.server.dynamic.DynamicEngines;
import dev.cofre.controlplane.server.enforce.EnforcementWatch;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.federation.ForeignTokens;
import dev.cofre.controlplane.server.identity.Authenticator;
import dev.cofre.controlplane.server.identity.TokenMint;
import dev.cofre.controlplane.server.incident.Incidents;
import dev.cofre.controlplane.server.investigate.Tracer;
import dev.cofre.controlplane.server.keys.Exports;
import dev.cofre.controlplane.server.keys.Imports;
import dev.cofre.controlplane.server.keys.KekMaker;
import dev.cofre.controlplane.server.keys.KeyLifecycle;
import dev.cofre.controlplane.server.keys.Reconciliation;
import dev.cofre.controlplane.server.keys.StateChanges;
import dev.cofre.controlplane.server.lease.LeaseIssuer;
import dev.cofre.controlplane.server.lease.LeaseWorker;
import dev.cofre.controlplane.server.lease.Leasing;
import dev.cofre.controlplane.server.lease.RootLogin;
import dev.cofre.controlplane.server.lease.TargetCalls;
import dev.cofre.controlplane.server.odometer.Odometer;
import dev.cofre.controlplane.server.odometer.UseGauges;
import dev.cofre.controlplane.server.retention.Retention;
import dev.cofre.controlplane.server.rotation.UserRotationWorker;
import dev.cofre.controlplane.server.rotation.UserRotator;
import dev.cofre.controlplane.server.schedule.KeyScheduler;
import dev.cofre.controlplane.server.schedule.SystemAudit;
import dev.cofre.controlplane.server.signing.InstallationKey;
import dev.cofre.controlplane.server.sink.Sinks;
import dev.cofre.controlplane.server.snapshot.HeadWatch;
import dev.cofre.controlplane.server.snapshot.HeldRequests;
import dev.cofre.controlplane.server.snapshot.SnapshotPublisher;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.controlplane.server.x509.AuthorityKeys;
import dev.cofre.controlplane.server.x509.CertificateIssuer;
import dev.cofre.controlplane.server.x509.Pki;
import dev.cofre.controlplane.server.x509.RevocationLists;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.engine.identity.ExchangedTokens;
import dev.cofre.engine.seal.AuditSealer;
import dev.cofre.engine.ship.AuditShipper;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import dev.cofre.http.StrictFraming;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/**
 * A running control plane.
 *
 * <p>Lifecycle: everything that was opened stands on one stack and is closed from its top, also
 * when the start fails half-way.
 */
final class ControlPlane implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ControlPlane.class.getName());
  private static final int HELD_REQUESTS_MAX = 1_000;

  /** Those who ship wait for the disk; messages of a megabyte wait for them. */
  private static final int INTAKE_THREADS = 3;

  private static final int INTAKE_QUEUE_MAX = 24;
  private static final int ARCHIVE_SEGMENT_BYTES = 16 << 20;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final ControlPlaneSettings settings;
  private final Clock clock;
  private Listener listener;

  private ControlPlane(ControlPlaneSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  /**
   * Starts it, with {@code hsm} logged in, which it closes at the end.
   *
   * @throws Exception with one line that says what to do
   */
  static ControlPlane start(ControlPlaneSettings settings, Hsm hsm) throws Exception {
    return start(settings, hsm, Clock.offset(Clock.systemUTC(), settings.clockOffset()));
  }

  /** The same by {@code clock}. */
  static ControlPlane start(ControlPlaneSettings settings, Hsm hsm, Clock clock) throws Exception {
    ControlPlane plane = new ControlPlane(settings, clock);
    plane.open.push(hsm);
    try {
      plane.start(hsm);
      return plane;
    } catch (Exception e) {
      plane.close();
      throw e;
    }
  }

  private void start(Hsm hsm) throws Exception {
    MappedAuditLog audit = opened(MappedAuditLog.open(settings.auditDirectory(), settings.audit()));
    AuditSealer sealer =
        opened(
            new AuditSealer(
                settings.auditDirectory(),
                audit,
                settings.node(),
                hsm,
                settings.auditSealPeriod(),
                clock));
    Store store = opened(Store.open(settings.store(), clock));
    Archive archive = opened(Archive.open(settings.archive().directory(), ARCHIVE_SEGMENT_BYTES));
    Sinks sinks =
        opened(Sinks.start(archive, settings.archive().directory(), settings.archive().sinks()));
    String instance = UUID.randomUUID().toString();
    Reconciliation reconciliation = new Reconciliation(store, hsm);
    store.change(
        tx -> {
          tx.dataClasses().ship();
          return null;
        });
    KekMaker keks = new KekMaker(store, hsm, KernelRandom.INSTANCE);
    KeyLifecycle lifecycle = new KeyLifecycle(store, hsm, keks, instance);
    Imports imports = new Imports(store, hsm, keks);
    Upkeep upkeep = opened(new Upkeep(store, instance, settings.node(), reconciliation, lifecycle));
    upkeep.enter();
    bootstrap(store, lifecycle, audit);

    InstallationKey signing = new InstallationKey(hsm);
    SnapshotPublisher publisher =
        new SnapshotPublisher(store, signing, clock, settings.snapshotValidity());
    publish(settings.snapshotPublicKeyFile(), SnapshotVerifier.toPem(publisher.publicKey()));
    HeldRequests held = new HeldRequests(HELD_REQUESTS_MAX);
    store.onRevision(held::committed);
    NodeRegistry nodes = new NodeRegistry(store);
    EnforcementWatch watch = new EnforcementWatch(store);
    Alerts alerts =
        opened(
            Alerts.start(
                archive,
                settings.archive().directory(),
                new LogWatch(store, archive, nodes),
                settings.alerts(),
                settings.node()));
    Odometer odometer = opened(new Odometer(store, archive, clock));
    Workers workers = opened(new Workers());
    SecretSealer secrets = new SecretSealer(hsm, KernelRandom.INSTANCE);
    SystemAudit systemAudit = new SystemAudit(audit, settings.node(), clock);
    AuditDigestKeys digestKeys =
        new AuditDigestKeys(
            store,
            hsm,
            KernelRandom.INSTANCE,
            key ->
                systemAudit.record(
                    ManagementAction.AUDIT_DIGEST_KEY_CREATE, key.year() + " " + key.id(), null));
    makeDue(digestKeys);
    RootLogin roots =
        new RootLogin(
            store,
            secrets,
            KernelRandom.INSTANCE,
            settings.vault().ca(),
            DynamicEngines.all(KernelRandom.INSTANCE));
    Leasing leasing =
        new Leasing(
            roots,
            new LeaseIssuer(store, roots, KernelRandom.INSTANCE),
            new TargetCalls(),
            settings.vault().targets());
    LeaseWorker leases =
        opened(
            new LeaseWorker(
                store,
                roots,
                systemAudit,
                clock,
                settings.schedulerPeriod(),
                settings.vault().removals()));
    UserRotator rotator =
        new UserRotator(store, roots, secrets, KernelRandom.INSTANCE, systemAudit);
    Retention retention =
        new Retention(
            archive,
            store,
            (origin, end) ->
                sinks
                    .behind(origin, end)
                    .map(name -> "the sink " + name)
                    .or(() -> behind(alerts.hasPassed(origin, end), "the evaluation of alerts"))
                    .or(() -> behind(odometer.hasPassed(origin, end), "the odometer")),
            new InstallationSigner(signing),
            systemAudit,
            settings.archive().retentionDaysMin());
    UserRotationWorker rotations =
        opened(new UserRotationWorker(store, rotator, clock, settings.schedulerPeriod()));
    AuthorityKeys authorities = new AuthorityKeys(hsm, KernelRandom.INSTANCE);
    Pki pki =
        new Pki(
            authorities,
            new CertificateIssuer(store, authorities),
            new RevocationLists(store, authorities));
    Tracer tracer = new Tracer(store, archive, nodes);
    Incidents incidents =
        opened(
            new Incidents(
                new Incidents.Parts(
                    store,
                    tracer,
                    alerts,
                    pki.lists(),
                    audit,
                    settings.node(),
                    instance,
                    clock,
                    settings.schedulerPeriod())));
    Vitals vitals =
        opened(
            new Vitals(
                store,
                hsm,
                audit,
                reconciliation,
                () -> degradations(secrets, sinks, alerts, rotations, odometer, incidents)));
    boolean plaintext = settings.listener().tls().isEmpty();
    Api api =
        new Api(
            new Api.Parts(
                settings.node(),
                instance,
                clock,
                store,
                lifecycle,
                imports,
                new Exports(store, hsm, keks),
                reconciliation,
                new StateChanges(store),
                new Authenticator(
                    store,
                    settings.nodeNames(),
                    plaintext,
                    new ExchangedTokens(signing.publicKey(), clock)),
                audit,
                publisher,
                held,
                nodes,
                watch,
                workers,
                vitals,
                plaintext,
                new ForeignTokens(clock),
                new TokenMint(signing, KernelRandom.INSTANCE, clock),
                settings.listener().trustDomain(),
                new AuditIntake(store, archive),
                archive,
                digestKeys,
                opened(new Workers("intake-", INTAKE_THREADS, INTAKE_QUEUE_MAX)),
                secrets,
                leasing,
                rotator,
                alerts,
                retention,
                pki,
                tracer,
                incidents));
    sealMetrics(api, sealer);
    leaseMetrics(api, leases);
    rotationMetrics(api, rotations);
    api.gauge("cofre_controlplane_incidents_open", incidents::open);
    AuditShipper shipper =
        opened(
            new AuditShipper(
                settings.auditDirectory(),
                sealer,
                settings.audit(),
                settings.archive().archivedBytesMax(),
                new OwnArchive(archive)));
    archiveMetrics(api, archive, shipper);
    UseGauges used = opened(new UseGauges(store));
    odometerMetrics(api, odometer);
    used.show(api::keyFamily);
    sinks.show(api::family);
    alertMetrics(api, alerts);
    retentionMetrics(api, retention);
    Vertx vertx =
        Vertx.builder()
            .with(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(2))
            .withTransport(StrictFraming.transport())
            .build();
    opened(() -> vertx.close().toCompletionStage().toCompletableFuture().join());
    listener = Listener.start(vertx, settings.listener(), api);
    opened(() -> listener.close(settings.drainMs()));
    opened(held::close);
    opened(watch);
    opened(listener::drain);
    opened(api::stop);
    if (store.isShared()) {
      opened(new HeadWatch(publisher, held)).start();
    }
    opened(
            KeyScheduler.of(
                new KeyScheduler.Parts(
                    store,
                    hsm,
                    keks,
                    imports,
                    signing,
                    systemAudit,
                    pki,
                    settings.schedulerPeriod(),
                    settings.rotationByUseAge(),
                    settings.node(),
                    instance,
                    digestKeys,
                    retention,
                    settings.archive().retentionPeriod())))
        .start();
    opened(retention::stop);
    odometer.start();
    used.start();
    leases.start();
    rotations.start();
    incidents.start();
    vitals.start(listener::isDraining);
    upkeep.start(api::takeUpApprovals, nodes::forget);
    LOG.log(
        Level.INFO,
        "the control plane {0} listens on {1}:{2}",
        settings.node(),
        settings.listener().host(),
        Integer.toString(listener.port()));
  }

  /**
   * Before the first node asks; when it fails, the scheduler goes on: also when the audit log is
   * full, which is freed by who ships it, later in the start.
   */
  private static void makeDue(AuditDigestKeys keys) {
    try {
      keys.makeDue();
    } catch (HsmException | StoreException | ProblemException | CompletionException e) {
      LOG.log(Level.WARNING, "the audit digest key is made later: {0}", e.getMessage());
    }
  }

  private static void sealMetrics(Api api, AuditSealer sealer) {
    api.gauge("cofre_controlplane_audit_sealed_events", () -> sealer.figures().sealed());
    api.gauge("cofre_controlplane_audit_seal_lag_ms", () -> sealer.figures().lagMs());
    api.gauge("cofre_controlplane_audit_seal_up", () -> sealer.figures().isWorking() ? 1 : 0);
    api.gauge("cofre_controlplane_audit_seal_broken", () -> sealer.figures().broken());
  }

  /** What does not work although the plane does. */
  private static List<String> degradations(
      SecretSealer secrets,
      Sinks sinks,
      Alerts alerts,
      UserRotationWorker rotations,
      Odometer odometer,
      Incidents incidents) {
    List<String> degradations = new ArrayList<>(sinks.degradations());
    degradations.addAll(alerts.degradations());
    if (secrets.damaged().lately()) {
      degradations.add("secrets-damaged");
    }
    if (rotations.figures().failing() > 0) {
      degradations.add("secret-rotations-failing");
    }
    if (incidents.isFailing()) {
      degradations.add("incidents-failing");
    }
    if (odometer.figures().isFailing()) {
      degradations.add("odometer");
    }
    return degradations;
  }

  private static void leaseMetrics(Api api, LeaseWorker leases) {
    api.gauge("cofre_controlplane_leases_live", () -> leases.figures().live());
    api.gauge("cofre_controlplane_leases_revoking", () -> leases.figures().revoking());
    api.gauge("cofre_controlplane_leases_failing", () -> leases.figures().failing());
    api.gauge("cofre_controlplane_leases_overdue_s", leases::overdueS);
    api.gauge("cofre_controlplane_leases_removed", leases::removed);
    api.gauge("cofre_controlplane_secret_engines_away", leases::enginesAway);
  }

  private static void rotationMetrics(Api api, UserRotationWorker rotations) {
    api.gauge("cofre_controlplane_secret_rotations", () -> rotations.figures().rotations());
    api.gauge("cofre_controlplane_secret_rotations_failing", () -> rotations.figures().failing());
    api.gauge("cofre_controlplane_secret_rotations_overdue_s", rotations::overdueS);
  }

  private static void archiveMetrics(Api api, Archive archive, AuditShipper shipper) {
    api.gauge("cofre_controlplane_audit_archived_events", () -> archive.figures().events());
    api.gauge("cofre_controlplane_audit_archive_bytes", () -> archive.figures().bytes());
    api.gauge("cofre_controlplane_audit_archive_segments", () -> archive.figures().segments());
    api.gauge("cofre_controlplane_audit_archive_logs", () -> archive.figures().logs());
    api.gauge("cofre_controlplane_audit_ship_lag_events", () -> shipper.figures().lagEvents());
    api.gauge("cofre_controlplane_audit_ship_lag_ms", () -> shipper.figures().lagMs());
  }

  private static void odometerMetrics(Api api, Odometer odometer) {
    api.gauge("cofre_controlplane_odometer_events", () -> odometer.figures().counted());
    api.gauge("cofre_controlplane_odometer_lag_events", () -> odometer.figures().lag());
    api.gauge("cofre_controlplane_odometer_skipped_events", () -> odometer.figures().skipped());
    api.gauge("cofre_controlplane_odometer_failures", () -> odometer.figures().failures());
    api.gauge("cofre_controlplane_odometer_up", () -> odometer.figures().isFailing() ? 0 : 1);
  }

  private static Optional<String> behind(boolean hasPassed, String name) {
    return hasPassed ? Optional.empty() : Optional.of(name);
  }

  private static void retentionMetrics(Api api, Retention retention) {
    api.gauge("cofre_controlplane_audit_removed_segments", retention::removedSegments);
    api.gauge("cofre_controlplane_audit_removed_events", retention::removedEvents);
    api.gauge("cofre_controlplane_audit_removal_failures", retention::failures);
    api.gauge("cofre_controlplane_audit_retention_blocked_logs", retention::blocked);
  }

  private static void alertMetrics(Api api, Alerts alerts) {
    api.gauge("cofre_controlplane_alerts_raised", alerts::raised);
    api.gauge("cofre_controlplane_alert_evaluation_failures", alerts::failures);
    api.gauge("cofre_controlplane_alert_lag_events", alerts::lagEvents);
    api.gauge("cofre_controlplane_alert_lag_ms", alerts::lagMs);
    alerts.show(api::family);
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  private void bootstrap(Store store, KeyLifecycle lifecycle, AuditLog audit) throws IOException {
    if (settings.bootstrapDirectory().isPresent()) {
      new Bootstrap(store, settings.bootstrapDirectory().get()).run(settings.bootstrapDemo());
    }
    if (settings.bootstrapDemo()) {
      new Demonstration(store, lifecycle, audit, settings.node(), clock).run();
    }
  }

  /** Replaces {@code file} in one step: a node that reads it sees the old or the new one whole. */
  private static void publish(Path file, String pem) throws IOException {
    Path absolute = file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path partial = absolute.resolveSibling(absolute.getFileName() + ".partial");
    Files.writeString(partial, pem);
    Files.move(partial, absolute, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The port that it listens on. */
  int port() {
    return listener.port();
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      AutoCloseable part = open.pop();
      try {
        part.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.log(Level.WARNING, "a part did not close cleanly", e);
      }
    }
  }
}
