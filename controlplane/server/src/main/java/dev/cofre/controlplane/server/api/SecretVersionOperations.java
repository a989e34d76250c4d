package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_WRITE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretReference;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.SecretVersionDraft;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.TemplateRules;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.snapshot.KeyMetadata;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The routes that write versions of secrets and list them. Thread-safe. */
final class SecretVersionOperations {
  private static final String VERSIONS = SecretOperations.PATH + "/versions";

  private final Changing changing;
  private final SecretWriting writing;

  SecretVersionOperations(Changing changing, SecretWriting writing) {
    this.changing = changing;
    this.writing = writing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, VERSIONS, SECRET_WRITE, this::write),
        new Route(GET, VERSIONS, SECRET_SHOW, this::list));
  }

  /**
   * What is to be written: after which version, under which key.
   *
   * @param newest the newest version's number
   */
  private record Place(Secret secret, int newest, KeyMetadata key) {}

  private Answer write(Call call) {
    // Who may not know of it learns nothing of what is wrong with the request either.
    writing.store().read(tx -> SecretOperations.permitted(tx, call));
    try (SecretBody body = SecretBody.read(call)) {
      int expected = SecretVersionDraft.expectedVersion(body.fields());
      Set<SecretReference> references = body.references();
      Optional<Answer> before = writing.answered(call, body.value());
      if (before.isPresent()) {
        return before.get();
      }
      return SealingKey.sealAndCommit(() -> sealedAndWritten(call, expected, body, references));
    }
  }

  private Answer sealedAndWritten(
      Call call, int expected, SecretBody body, Set<SecretReference> references) {
    boolean template = body.isTemplate();
    Place place = writing.store().read(tx -> place(tx, call, expected, references));
    int number = place.newest + 1;
    byte[] envelope =
        writing.sealer().seal(place.key, place.secret, number, template, body.value());
    return writing.commit(
        call,
        tx -> {
          Place now = place(tx, call, expected, references);
          if (now.newest != place.newest) {
            throw new ProblemException(
                ErrorCode.CONFLICT,
                "another value was written at the same time; look at it, try again");
          }
          SealingKey.requireSame(place.key, now.key);
          String by = call.principal().id();
          SecretVersion version = SecretVersion.created(number, tx.now(), by, template);
          tx.secretVersions().insert(now.secret.id(), version, envelope);
          tx.secretReferences().insert(now.secret, number, references);
          Secret secret = now.secret.with(number, tx.now(), by);
          tx.secrets().update(secret);
          JsonObject json = SecretAnswers.document(version).put("name", secret.name());
          return Answer.object(201, secret.stamp().revision(), json);
        });
  }

  private static Place place(
      Transaction tx, Call call, int expected, Set<SecretReference> references) {
    Secret secret = SecretOperations.selected(tx, call);
    int newest = tx.secretVersions().newest(secret.id());
    if (expected != 0 && expected != newest) {
      throw new ProblemException(
          ErrorCode.PRECONDITION_FAILED,
          "its newest version is " + newest + ", not the expected " + expected);
    }
    if (tx.userRotations().isRotated(secret.id())) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "its values are made by its rotation; stop that first (cofre secret rotation stop)");
    }
    if (tx.secretVersions().count(secret.id()) >= SecretVersionDraft.VERSIONS_MAX) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "a secret has at most "
              + SecretVersionDraft.VERSIONS_MAX
              + " versions over its life; make another secret");
    }
    TemplateRules.require(tx, secret, newest + 1, references);
    return new Place(
        secret, newest, VaultKeys.sealing(tx, secret.tenant(), secret.draft().environment()));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    if (!call.after().matches("[0-9]{0,9}")) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "after must be a version's number");
    }
    int after = call.after().isEmpty() ? 0 : Integer.parseInt(call.after());
    List<SecretVersion> found =
        changing.read(
            call,
            tx ->
                tx.secretVersions()
                    .page(SecretOperations.visible(tx, call).id(), after, limit + 1));
    return Answer.json(
        200,
        Documents.page(
            found, limit, SecretAnswers::document, version -> Integer.toString(version.number())));
  }
}
