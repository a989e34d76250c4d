package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ENGINE_SHOW;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.lease.LeaseIssuer;
import dev.cofre.controlplane.server.lease.Leasing;
import dev.cofre.controlplane.server.store.SecretEngineTable.Root;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.EngineAccess;
import dev.cofre.controlplane.server.vault.SecretAccess;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The routes that enrol systems in which the vault makes credentials. Thread-safe. */
final class SecretEngineOperations {
  static final String PATH = "/v1/secret-engines/{engine}";
  private static final System.Logger LOG = System.getLogger(SecretEngineOperations.class.getName());
  private static final int ENGINES_MAX = 1_000;

  /** So that no control plane is still at the rotation before. */
  private static final Duration ROTATIONS_APART = Duration.ofMinutes(1);

  private final Changing changing;
  private final SecretWriting writing;
  private final Leasing leasing;
  private final Clock clock;

  SecretEngineOperations(Changing changing, SecretWriting writing, Leasing leasing, Clock clock) {
    this.changing = changing;
    this.writing = writing;
    this.leasing = leasing;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/secret-engines", SECRET_ENGINE_CREATE, this::create),
        new Route(GET, "/v1/secret-engines", SECRET_ENGINE_LIST, this::list),
        new Route(GET, PATH, SECRET_ENGINE_SHOW, this::show),
        new Route(DELETE, PATH, SECRET_ENGINE_DELETE, this::delete),
        new Route(POST, PATH + "/rotate-root", SECRET_ENGINE_ROTATE, this::rotate));
  }

  /**
   * The password that comes is tried, stored sealed with the one that is to follow it, and changed:
   * from then on no human knows it.
   */
  private Answer create(Call call) {
    try (SecretBody body = SecretBody.read(call)) {
      String name = String.valueOf(body.fields().get("name"));
      return leasing.calls().run(call.principal().tenant(), name, () -> create(call, body));
    }
  }

  private Answer create(Call call, SecretBody body) {
    SecretEngineDraft draft = SecretEngineDraft.read(body.fields(), call.principal().tenant());
    call.subject(draft.name());
    leasing.requireTarget(draft);
    Optional<Answer> before = writing.store().read(tx -> writing.repeated().find(tx, call));
    if (before.isPresent()) {
      writing.audit().allowed(call);
      return before.get();
    }
    KeyMetadata key = writing.store().read(tx -> requireCreatable(tx, call, draft));
    Stamp stamp = Stamp.created(clock.instant(), call.principal().id());
    SecretEngine engine = new SecretEngine(UUID.randomUUID(), draft, 1, true, stamp);
    rehearse(engine, body.value());
    Root root =
        new Root(
            1,
            writing.sealer().seal(key, engine, 1, body.value()),
            2,
            leasing.roots().fresh(key, engine, 2));
    writing.commit(
        call,
        tx -> {
          requireCreatable(tx, call, draft);
          String by = call.principal().id();
          SecretEngine made =
              new SecretEngine(engine.id(), draft, 1, true, Stamp.created(tx.now(), by));
          tx.engines().insert(made, root);
          return answer(201, made);
        });
    return answer(201, settled(engine.id()));
  }

  private void rehearse(SecretEngine engine, byte[] password) {
    try {
      leasing.roots().rehearse(engine, password);
    } catch (TargetException e) {
      throw LeaseIssuer.problem(e);
    }
  }

  private static KeyMetadata requireCreatable(Transaction tx, Call call, SecretEngineDraft draft) {
    if (!SecretAccess.references(tx, call.principal()).contains(draft.owner())) {
      throw new InvalidDocumentException(
          List.of(new FieldError("owner", "must be yourself, or group:NAME of one you are in")));
    }
    if (tx.engines().find(draft.tenant(), draft.name()).isPresent()) {
      throw conflict("the name " + draft.name() + " is taken; choose another one");
    }
    if (tx.engines().count(draft.tenant()) >= ENGINES_MAX) {
      throw conflict("a tenant has at most " + ENGINES_MAX + " engines");
    }
    return VaultKeys.sealing(tx, draft.tenant(), draft.environment());
  }

  /** Ends a rotation now if it can; else the worker does, and the engine says so. */
  private SecretEngine settled(UUID id) {
    try {
      leasing.roots().open(id).close();
    } catch (TargetException e) {
      LOG.log(Level.WARNING, "the rotation of the engine {0} goes on: {1}", id, e.getMessage());
    }
    return writing.store().read(tx -> tx.engines().find(id).orElseThrow());
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<SecretEngine> found =
        changing.read(call, tx -> EngineAccess.page(tx, call.principal(), call.after(), limit + 1));
    return Answer.json(
        200, Documents.page(found, limit, LeaseAnswers::document, SecretEngine::name));
  }

  private Answer show(Call call) {
    return answer(200, changing.read(call, tx -> visible(tx, call)));
  }

  private Answer rotate(Call call) {
    SecretEngine before = writing.store().read(tx -> permitted(tx, call));
    return leasing.calls().run(before.tenant(), before.name(), () -> rotateNow(call, before));
  }

  private Answer rotateNow(Call call, SecretEngine before) {
    KeyMetadata key =
        writing
            .store()
            .read(tx -> VaultKeys.sealing(tx, before.tenant(), before.draft().environment()));
    byte[] next = leasing.roots().fresh(key, before, before.rootNumber() + 1);
    changing.run(
        call,
        tx -> {
          SecretEngine engine = selected(tx, call);
          Stamp stamp = engine.stamp();
          if (tx.now().isBefore(stamp.updatedAt().plus(ROTATIONS_APART))) {
            throw conflict("its password was changed less than a minute ago; try again later");
          }
          SecretEngine changed =
              new SecretEngine(
                  engine.id(),
                  engine.draft(),
                  before.rootNumber(),
                  true,
                  stamp.changed(tx.now(), call.principal().id()));
          if (!tx.engines().beginRotation(changed, next)) {
            throw conflict("another password is on its way already; look at rotating");
          }
          return answer(200, changed);
        });
    return answer(200, settled(before.id()));
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          SecretEngine engine = selected(tx, call);
          if (tx.leases().hasLive(engine.id()) || tx.dynamicRoles().count(engine.id()) > 0) {
            throw conflict("it has roles or live leases; end the leases, then remove the roles");
          }
          if (tx.userRotations().isUsed(engine.id())) {
            throw conflict("secrets are rotated by it; stop these rotations first");
          }
          tx.engines().delete(engine.id());
          return Answer.empty();
        });
  }

  private static Answer answer(int status, SecretEngine engine) {
    return Answer.object(status, engine.stamp().revision(), LeaseAnswers.document(engine));
  }

  /**
   * The engine that the path names.
   *
   * @throws ProblemException {@code not_found} when there is none that the caller may know of
   */
  static SecretEngine visible(Transaction tx, Call call) {
    call.subject(call.path("engine"));
    return EngineAccess.visible(tx, call.principal(), call.path("engine"))
        .orElseThrow(() -> EngineAccess.notFound("engine"));
  }

  /** The same, when the role by which the caller knows of it is one that may do this. */
  static SecretEngine permitted(Transaction tx, Call call) {
    SecretEngine engine = visible(tx, call);
    Principal acting = Permissions.acting(call.principal(), call.action());
    if (EngineAccess.visible(tx, acting, engine.name()).isEmpty()) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "your roles may not do " + call.action().wireName() + " with this engine; its owner may");
    }
    return engine;
  }

  /** The same, when it is as the caller has seen it. */
  static SecretEngine selected(Transaction tx, Call call) {
    SecretEngine engine = permitted(tx, call);
    call.requireMatch(engine.stamp().revision());
    return engine;
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(ErrorCode.CONFLICT, detail);
  }
}
