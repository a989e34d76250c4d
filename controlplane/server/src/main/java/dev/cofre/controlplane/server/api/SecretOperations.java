package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UPDATE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretReference;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.policy.SecretGrantBook;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretAccess;
import dev.cofre.controlplane.server.vault.SecretCount;
import dev.cofre.controlplane.server.vault.SecretGroupAccess;
import dev.cofre.controlplane.server.vault.TemplateRules;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.snapshot.KeyMetadata;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The routes under /v1/secrets that make secrets and tell of them. Thread-safe. */
final class SecretOperations {
  static final String PATH = "/v1/secrets/{secret}";
  private static final int SECRETS_MAX = 100_000;

  private final Changing changing;
  private final SecretWriting writing;
  private final Clock clock;
  private final SecretCount count = new SecretCount(SECRETS_MAX, System::nanoTime);

  SecretOperations(Changing changing, SecretWriting writing, Clock clock) {
    this.changing = changing;
    this.writing = writing;
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, "/v1/secrets", SECRET_CREATE, this::create),
        new Route(GET, "/v1/secrets", SECRET_LIST, this::list),
        new Route(GET, PATH, SECRET_SHOW, this::show),
        Route.withDocument(PATCH, PATH, SECRET_UPDATE, this::update));
  }

  /** The value is sealed between two transactions, so that a slow HSM holds up nobody else. */
  private Answer create(Call call) {
    try (SecretBody body = SecretBody.read(call)) {
      String tenant = call.principal().tenant();
      SecretDraft draft = SecretDraft.read(body.fields(), tenant, clock.instant());
      call.subject(draft.name());
      Set<SecretReference> references = body.references();
      Optional<Answer> before = writing.answered(call, body.value());
      if (before.isPresent()) {
        return before.get();
      }
      Answer answer = SealingKey.sealAndCommit(() -> sealedAndMade(call, draft, body, references));
      count.made(tenant);
      return answer;
    }
  }

  private Answer sealedAndMade(
      Call call, SecretDraft draft, SecretBody body, Set<SecretReference> references) {
    boolean template = body.isTemplate();
    UUID id = UUID.randomUUID();
    Stamp stamp = Stamp.created(clock.instant(), call.principal().id());
    Secret made = new Secret(id, draft, 1, stamp);
    KeyMetadata key =
        writing
            .store()
            .read(
                tx -> {
                  count.requireRoom(tx, draft.tenant());
                  return requireCreatable(tx, call, made, references);
                });
    byte[] envelope = writing.sealer().seal(key, made, 1, template, body.value());
    return writing.commit(
        call,
        tx -> {
          SealingKey.requireSame(key, requireCreatable(tx, call, made, references));
          String by = call.principal().id();
          Secret secret = new Secret(id, draft, 1, Stamp.created(tx.now(), by));
          tx.secrets().insert(secret);
          tx.secretVersions()
              .insert(id, SecretVersion.created(1, tx.now(), by, template), envelope);
          tx.secretReferences().insert(secret, 1, references);
          return answer(201, secret);
        });
  }

  private static KeyMetadata requireCreatable(
      Transaction tx, Call call, Secret made, Set<SecretReference> references) {
    SecretDraft draft = made.draft();
    if (!SecretAccess.references(tx, call.principal()).contains(draft.owner())) {
      throw new InvalidDocumentException(
          List.of(new FieldError("owner", "must be yourself, or group:NAME of one you are in")));
    }
    // The caller itself may have been removed since it was known.
    SecretGrantBook.requireOwner(tx, draft.tenant(), draft.owner());
    draft.requireWithin(tx.dataClasses().rules(draft.dataClass()), tx.now());
    if (tx.secrets().find(draft.tenant(), draft.name()).isPresent()) {
      throw new ProblemException(
          ErrorCode.CONFLICT, "the name " + draft.name() + " is taken; choose another one");
    }
    TemplateRules.require(tx, made, 1, references);
    return VaultKeys.sealing(tx, draft.tenant(), draft.environment());
  }

  private Answer list(Call call) {
    int limit = call.limit();
    String group = call.facts().query().get("group");
    call.subject(group == null ? null : SecretGroup.reference(group));
    List<Secret> found =
        changing.read(
            call,
            tx ->
                group == null
                    ? SecretAccess.page(tx, call.principal(), call.after(), limit + 1)
                    : SecretGroupAccess.secrets(
                        tx, call.principal(), group, call.after(), limit + 1));
    return Answer.json(200, Documents.page(found, limit, SecretAnswers::document, Secret::name));
  }

  private Answer show(Call call) {
    return changing.read(
        call,
        tx -> {
          Secret secret = visible(tx, call);
          JsonObject document = SecretAnswers.document(secret);
          document.mergeIn(IncidentOperations.mark(tx, secret.id(), secret.currentVersion()));
          if (SecretAccess.keeps(tx, call.principal(), secret)) {
            document
                .put("groups", new JsonArray(tx.secretGroups().of(secret.tenant(), secret.name())))
                .mergeIn(SecretAnswers.references(tx, secret));
          }
          return Answer.object(200, secret.stamp().revision(), document);
        });
  }

  private Answer update(Call call) {
    return changing.run(
        call,
        tx -> {
          Secret secret = selected(tx, call);
          SecretDraft draft = secret.draft().changed(call.document(), tx.now());
          draft.requireWithin(tx.dataClasses().rules(draft.dataClass()), tx.now());
          if (!draft.owner().equals(secret.draft().owner())) {
            SecretGrantBook.requireOwner(tx, secret.tenant(), draft.owner());
          }
          Secret changed = secret.described(draft, tx.now(), call.principal().id());
          tx.secrets().update(changed);
          return answer(200, changed);
        });
  }

  private static Answer answer(int status, Secret secret) {
    return Answer.object(status, secret.stamp().revision(), SecretAnswers.document(secret));
  }

  /**
   * The secret that the path names.
   *
   * @throws ProblemException {@code not_found} when there is none that the caller may know of
   */
  static Secret visible(Transaction tx, Call call) {
    call.subject(call.path("secret"));
    return SecretAccess.visible(tx, call.principal(), call.path("secret"))
        .orElseThrow(SealedSecret::notFound);
  }

  /**
   * The same, when the role by which the caller knows of it is one that may do this: who sees all
   * as a security-admin does not write them by being an owner of others.
   *
   * @throws ProblemException {@code forbidden} when it is another role
   */
  static Secret permitted(Transaction tx, Call call) {
    Secret secret = visible(tx, call);
    Principal acting = Permissions.acting(call.principal(), call.action());
    if (!acting.roles().equals(call.principal().roles())
        && SecretAccess.visible(tx, acting, secret.name()).isEmpty()) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "your roles may not do " + call.action().wireName() + " with this secret; its owner may");
    }
    return secret;
  }

  /** The same, when it is as the caller has seen it. */
  static Secret selected(Transaction tx, Call call) {
    Secret secret = permitted(tx, call);
    call.requireMatch(secret.stamp().revision());
    return secret;
  }
}
