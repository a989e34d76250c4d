package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.alert.Alerts;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.audit.AuditDigestKeys;
import dev.cofre.controlplane.server.audit.AuditIntake;
import dev.cofre.controlplane.server.enforce.EnforcementWatch;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.federation.ForeignTokens;
import dev.cofre.controlplane.server.identity.Authenticator;
import dev.cofre.controlplane.server.identity.TokenMint;
import dev.cofre.controlplane.server.incident.Incidents;
import dev.cofre.controlplane.server.investigate.Tracer;
import dev.cofre.controlplane.server.keys.Exports;
import dev.cofre.controlplane.server.keys.Imports;
import dev.cofre.controlplane.server.keys.KeyLifecycle;
import dev.cofre.controlplane.server.keys.Reconciliation;
import dev.cofre.controlplane.server.keys.StateChanges;
import dev.cofre.controlplane.server.lease.Leasing;
import dev.cofre.controlplane.server.retention.Retention;
import dev.cofre.controlplane.server.rotation.UserRotator;
import dev.cofre.controlplane.server.snapshot.HeldRequests;
import dev.cofre.controlplane.server.snapshot.SnapshotPublisher;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.vault.SecretSealer;
import dev.cofre.controlplane.server.x509.Pki;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.engine.identity.FailedAttempts;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** All routes of the control plane. Immutable once made, but for {@link #stop}. */
public final class Api {
  private static final long BODY_BYTES_MAX = 1 << 20;

  private final Workers workers;
  private final Gatekeeper gatekeeper;
  private final List<Route> management;
  private final Approvals approvals;
  private final ApprovalRunner runner;
  private final SecretExportOperations exports;
  private final TokenExchange exchange;
  private final EnrolmentEnd enrolment;
  private final SnapshotHandler snapshots;
  private final AuditShipHandler ships;
  private final EnforcedAnswers enforced;
  private final OpenHandlers open;
  private final PkiHandlers pki;
  private final Counters counters = new Counters();
  private volatile boolean stopping;

  /**
   * What the routes work with.
   *
   * @param node the name of this node, for the audit log
   * @param instance this process among the control planes of the store
   * @param metricsOpen whether metrics are shown to everybody
   * @param foreign verifies the tokens of identity providers
   * @param mint makes tokens for those
   * @param trustDomain of the SPIFFE ids in client certificates that are accepted
   * @param intake takes the records that nodes ship
   * @param digestKeys what contexts in audit events are digested with
   * @param intakeWorkers the threads that wait for it
   * @param sealer seals and opens the values of secrets
   * @param leasing makes credentials in other systems
   * @param alerts evaluates the archive's events
   * @param retention removes those whose time is over
   * @param pki issues certificates
   * @param tracer looks into the archive
   * @param incidents answers leaks
   */
  public record Parts(
      String node,
      String instance,
      Clock clock,
      Store store,
      KeyLifecycle lifecycle,
      Imports imports,
      Exports exports,
      Reconciliation reconciliation,
      StateChanges changes,
      Authenticator authenticator,
      AuditLog audit,
      SnapshotPublisher publisher,
      HeldRequests held,
      NodeRegistry nodes,
      EnforcementWatch watch,
      Workers workers,
      Readiness readiness,
      boolean metricsOpen,
      ForeignTokens foreign,
      TokenMint mint,
      Optional<String> trustDomain,
      AuditIntake intake,
      Archive archive,
      AuditDigestKeys digestKeys,
      Workers intakeWorkers,
      SecretSealer sealer,
      Leasing leasing,
      UserRotator rotator,
      Alerts alerts,
      Retention retention,
      Pki pki,
      Tracer tracer,
      Incidents incidents) {}

  /** Makes the routes out of {@code parts}. */
  public Api(Parts parts) {
    this.workers = parts.workers();
    ManagementAudit audit = new ManagementAudit(parts.audit(), parts.node(), parts.clock());
    RepeatedRequests repeated = new RepeatedRequests(parts.instance());
    this.gatekeeper =
        new Gatekeeper(
            parts.authenticator(),
            parts.store(),
            audit,
            new FailedAttempts(System::nanoTime),
            parts.trustDomain());
    this.approvals = new Approvals(parts.store(), audit, repeated);
    this.runner = new ApprovalRunner(parts.store(), audit, parts.instance(), this::routes);
    this.management = new ArrayList<>();
    KeyRequests requests = new KeyRequests(audit, repeated);
    management.addAll(
        new KeyOperations(
                parts.store(),
                parts.lifecycle(),
                parts.reconciliation(),
                audit,
                requests,
                parts.clock())
            .routes());
    Changing changing = new Changing(parts.store(), audit, repeated, approvals);
    management.addAll(
        new KeyStateOperations(parts.store(), parts.changes(), requests, audit, approvals)
            .routes());
    management.addAll(new ImportOperations(parts, requests, audit, repeated, approvals).routes());
    management.addAll(new ExportOperations(parts, requests, audit, repeated, approvals).routes());
    management.addAll(new KeyDescriptions(parts.store(), requests, approvals).routes());
    management.addAll(new DataClassOperations(changing).routes());
    management.addAll(new WatchOperations(parts.store(), audit, parts.clock()).routes());
    management.addAll(new AuditHeadOperations(parts.store(), audit).routes());
    management.addAll(new AccessOperations(changing, new PolicyHistory(parts.archive())).routes());
    management.addAll(new PolicyOperations(changing).routes());
    management.addAll(new PrincipalOperations(changing).routes());
    management.addAll(new ProviderOperations(changing).routes());
    management.addAll(new BindingOperations(changing).routes());
    management.addAll(new EnrolmentOperations(changing).routes());
    management.addAll(new GroupOperations(changing).routes());
    management.addAll(new ApprovalOperations(parts.store(), audit, repeated, runner).routes());
    management.addAll(new ApprovalRuleOperations(changing).routes());
    management.addAll(new QuotaOperations(changing).routes());
    SecretWriting writing = new SecretWriting(parts.store(), audit, repeated, parts.sealer());
    management.addAll(new SecretOperations(changing, writing, parts.clock()).routes());
    management.addAll(new SecretVersionOperations(changing, writing).routes());
    management.addAll(new SecretStateOperations(changing).routes());
    management.addAll(new SecretReadOperations(writing).routes());
    this.exports = new SecretExportOperations(changing, writing);
    management.addAll(exports.routes());
    management.addAll(new SecretGrantOperations(changing).routes());
    management.addAll(new SecretGroupOperations(changing).routes());
    management.addAll(new SecretGroupGrantOperations(changing).routes());
    management.add(new SealedValues(changing).route());
    management.addAll(
        new SecretEngineOperations(changing, writing, parts.leasing(), parts.clock()).routes());
    management.addAll(new DynamicRoleOperations(changing).routes());
    management.addAll(RoleGrantOperations.ofCredentials(changing).routes());
    management.addAll(
        new SecretRotationOperations(changing, parts.leasing(), parts.rotator()).routes());
    management.addAll(new LeaseEndOperations(changing).routes());
    management.addAll(new LeaseOperations(writing, parts.leasing()).routes());
    management.addAll(
        new CertificateAuthorityOperations(changing, writing, parts.pki().keys()).routes());
    management.addAll(new CertificateRoleOperations(changing).routes());
    management.addAll(RoleGrantOperations.ofCertificates(changing).routes());
    management.addAll(new CertificateOperations(writing, parts.pki().issuer()).routes());
    management.addAll(new CertificateEndOperations(changing, parts.pki().lists()).routes());
    management.addAll(new NodeOperations(parts.nodes(), parts.store(), audit).routes());
    management.addAll(new AuditSearchOperations(parts.store(), parts.archive(), audit).routes());
    management.add(new ContextDigestOperations(parts.digestKeys(), audit).route());
    management.addAll(new InvestigationOperations(parts.store(), parts.tracer(), audit).routes());
    management.addAll(new IncidentOperations(changing, parts.incidents()).routes());
    management.addAll(new AlertOperations(parts.alerts(), audit).routes());
    management.addAll(
        new AuditRetentionOperations(changing, parts.store(), audit, parts.retention()).routes());
    management.addAll(new AuditHoldOperations(changing).routes());
    this.ships = new AuditShipHandler(parts.intake(), gatekeeper, audit, parts.intakeWorkers());
    this.enforced = new EnforcedAnswers(parts.watch());
    this.exchange = new TokenExchange(parts.store(), parts.foreign(), parts.mint(), audit);
    this.enrolment = new EnrolmentEnd(parts.store(), audit);
    this.snapshots =
        new SnapshotHandler(
            parts.publisher(), parts.held(), parts.nodes(), gatekeeper, audit, workers);
    this.pki = new PkiHandlers(parts.store(), parts.pki().lists(), workers);
    this.open =
        new OpenHandlers(parts.readiness(), counters, gatekeeper, workers, parts.metricsOpen());
    counters.gauge("cofre_controlplane_snapshot_requests_held", parts.held()::size);
    counters.gauge("cofre_controlplane_enforcement_waits", () -> parts.watch().size());
    counters.gauge("cofre_controlplane_snapshot_revision", () -> parts.publisher().lastRevision());
    counters.gauge(
        "cofre_controlplane_hsm_keys_missing", () -> parts.reconciliation().missingKeks().size());
    counters.gauge(
        "cofre_controlplane_hsm_keys_unknown", () -> parts.reconciliation().unknownKeks().size());
    counters.gauge(
        "cofre_controlplane_secret_values_damaged", () -> parts.sealer().damaged().count());
    counters.gauge(
        "cofre_controlplane_ready", () -> parts.readiness().obstacles().isEmpty() ? 1 : 0);
  }

  /** Ends what takes long and changes nothing: this node stops. */
  public void stop() {
    stopping = true;
  }

  private Routes routes() {
    return new Routes(management);
  }

  /** Ends requests for approval that nobody decided in time, and runs approved ones; blocks. */
  public void takeUpApprovals() {
    runner.takeUp();
    exports.removeOver();
  }

  /** Shows {@code value} among the metrics as {@code name}. Before the first request. */
  public void gauge(String name, LongSupplier value) {
    counters.gauge(name, value);
  }

  /** Adds a metric with a value for each value of {@code label}; see {@link #gauge}. */
  public void family(String name, String label, Supplier<Map<String, Long>> values) {
    counters.family(name, label, values);
  }

  /** The same of single keys, which is shown to who may see all keys. */
  public void keyFamily(String name, String label, Supplier<Map<String, Long>> values) {
    counters.keyFamily(name, label, values);
  }

  /** Every method on every path, as OpenAPI writes them. */
  Map<String, Map<HttpMethod, Handler<RoutingContext>>> table() {
    Map<String, Map<HttpMethod, Handler<RoutingContext>>> table = new LinkedHashMap<>();
    for (Route route : management) {
      add(
          table,
          route.method(),
          route.path(),
          admitted(
              new ManagementHandler(
                  route, gatekeeper, workers, approvals, enforced, () -> stopping)));
    }
    add(
        table,
        HttpMethod.POST,
        TokenExchange.PATH,
        admitted(
            new ProofHandler(ManagementAction.TOKEN_EXCHANGE, gatekeeper, workers, exchange::run)));
    add(
        table,
        HttpMethod.POST,
        EnrolmentEnd.PATH,
        admitted(
            new ProofHandler(ManagementAction.ENROLMENT_USE, gatekeeper, workers, enrolment::run)));
    add(table, HttpMethod.GET, SnapshotHandler.PATH, admitted(snapshots));
    add(table, HttpMethod.POST, AuditShipHandler.PATH, admitted(ships));
    add(table, HttpMethod.GET, PkiHandlers.CRL, pki::crl);
    add(table, HttpMethod.GET, PkiHandlers.CERTIFICATE, pki::certificate);
    add(table, HttpMethod.GET, "/health/live", open::live);
    add(table, HttpMethod.GET, "/health/ready", open::ready);
    add(table, HttpMethod.GET, "/metrics", open::metrics);
    add(table, HttpMethod.GET, "/openapi.yaml", open::openApi);
    return table;
  }

  /** Turns a flood away before it takes a worker. */
  private Handler<RoutingContext> admitted(Handler<RoutingContext> handler) {
    return context -> {
      HttpServerRequest request = context.request();
      String address = Exchange.address(request);
      if (!gatekeeper.turnsAway(address, gatekeeper.credentials(request))) {
        handler.handle(context);
        return;
      }
      Context loop = context.vertx().getOrCreateContext();
      gatekeeper
          .turnAway(Exchange.requestId(request.response()), address)
          .whenComplete(
              (answer, failure) ->
                  loop.runOnContext(
                      ignored ->
                          Exchange.fail(context.response(), failure == null ? answer : failure)));
    };
  }

  private static void add(
      Map<String, Map<HttpMethod, Handler<RoutingContext>>> table,
      HttpMethod method,
      String path,
      Handler<RoutingContext> handler) {
    table.computeIfAbsent(path, ignored -> new LinkedHashMap<>()).put(method, handler);
  }

  /** The router. */
  public Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              context.addEndHandler(
                  ignored ->
                      counters.answered(
                          context.request().method().name(), context.response().getStatusCode()));
              context.next();
            });
    router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
    table()
        .forEach(
            (path, methods) -> {
              String routed = path.replaceAll("\\{([a-z]+)\\}", ":$1");
              methods.forEach((method, handler) -> router.route(method, routed).handler(handler));
              router.route(routed).handler(context -> methodNotAllowed(context, methods));
            });
    router.route().last().handler(OpenHandlers::notFound);
    router.route().failureHandler(Api::failed);
    for (int status : new int[] {400, 404, 405, 413, 500}) {
      router.errorHandler(status, Api::failed);
    }
    return router;
  }

  private static void methodNotAllowed(
      RoutingContext context, Map<HttpMethod, Handler<RoutingContext>> methods) {
    String allowed = String.join(", ", methods.keySet().stream().map(HttpMethod::name).toList());
    context.response().putHeader("Allow", allowed);
    Exchange.fail(
        context.response(),
        new ProblemException(
            ErrorCode.METHOD_NOT_ALLOWED, "this path takes " + allowed + " and nothing else"));
  }

  private static void failed(RoutingContext context) {
    Throwable failure = context.failure();
    if (context.statusCode() == ErrorCode.PAYLOAD_TOO_LARGE.status()) {
      Exchange.closeAfter(context.request());
      failure =
          new ProblemException(
              ErrorCode.PAYLOAD_TOO_LARGE, "a body holds at most " + BODY_BYTES_MAX + " bytes");
    } else if (context.statusCode() >= 400 && context.statusCode() < 500) {
      failure = new ProblemException(ErrorCode.INVALID_REQUEST, "the request is not well formed");
    } else if (!context.request().isEnded()) {
      Exchange.closeAfter(context.request());
      failure = new ProblemException(ErrorCode.INVALID_REQUEST, "the body could not be read");
    } else if (failure == null) {
      failure = new IllegalStateException("the router answered " + context.statusCode());
    }
    Exchange.fail(context.response(), failure);
  }
}
