package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_DESTROY;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UNDELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_WRITE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.SecretVersion.State;
import dev.cofre.controlplane.domain.SecretVersionDraft;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.VaultKeys;
import dev.cofre.engine.snapshot.KeyMetadata;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/** The routes that write versions of secrets and take them away. Thread-safe. */
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
        new Route(GET, VERSIONS, SECRET_SHOW, this::list),
        Route.withDocument(
            POST,
            SecretOperations.PATH + "/delete",
            SECRET_DELETE,
            call -> move(call, State.ACTIVE, State.DELETED)),
        Route.withDocument(
            POST,
            SecretOperations.PATH + "/undelete",
            SECRET_UNDELETE,
            call -> move(call, State.DELETED, State.ACTIVE)),
        Route.withDocument(
            POST, SecretOperations.PATH + "/destroy", SECRET_DESTROY, this::destroy));
  }

  /**
   * What is to be written: after which version, under which key.
   *
   * @param newest the newest version's number
   */
  private record Place(Secret secret, int newest, KeyMetadata key) {}

  private Answer write(Call call) {
    // Who may not know of it learns nothing of what is wrong with the request either.
    writing.store().read(tx -> SecretOperations.visible(tx, call));
    try (SecretBody body = SecretBody.read(call)) {
      int expected = SecretVersionDraft.expectedVersion(body.fields());
      byte[] value = body.value();
      Optional<Answer> before = writing.answered(call, value);
      if (before.isPresent()) {
        return before.get();
      }
      Place place = writing.store().read(tx -> place(tx, call, expected));
      int number = place.newest + 1;
      byte[] envelope = writing.sealer().seal(place.key, place.secret, number, value);
      return writing.commit(
          call,
          tx -> {
            Place now = place(tx, call, expected);
            if (now.newest != place.newest) {
              throw new ProblemException(
                  ErrorCode.CONFLICT,
                  "another value was written at the same time; look at it, try again");
            }
            String by = call.principal().id();
            SecretVersion version = SecretVersion.created(number, tx.now(), by);
            tx.secretVersions().insert(now.secret.id(), version, envelope);
            Secret secret = now.secret.with(number, tx.now(), by);
            tx.secrets().update(secret);
            JsonObject json = SecretAnswers.document(version).put("name", secret.name());
            return Answer.object(201, secret.stamp().revision(), json);
          });
    }
  }

  private static Place place(Transaction tx, Call call, int expected) {
    Secret secret = SecretOperations.selected(tx, call);
    int newest = tx.secretVersions().newest(secret.id());
    if (expected != 0 && expected != newest) {
      throw new ProblemException(
          ErrorCode.PRECONDITION_FAILED,
          "its newest version is " + newest + ", not the expected " + expected);
    }
    if (newest >= SecretVersionDraft.VERSIONS_MAX) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "a secret has at most "
              + SecretVersionDraft.VERSIONS_MAX
              + " versions over its life; make another secret");
    }
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

  private Answer move(Call call, State from, State to) {
    SortedSet<Integer> named = named(call);
    return changing.run(
        call,
        tx -> {
          Secret secret = SecretOperations.selected(tx, call);
          return moved(tx, call, secret, meant(tx, secret, named, Set.of(from), to), to);
        });
  }

  /** The value is gone from the row; two people decide that. */
  private Answer destroy(Call call) {
    SortedSet<Integer> named = named(call);
    return changing.run(
        call,
        tx -> {
          Secret secret = SecretOperations.selected(tx, call);
          Set<State> from = Set.of(State.ACTIVE, State.DELETED);
          List<SecretVersion> meant = meant(tx, secret, named, from, State.DESTROYED);
          Answer answer = moved(tx, call, secret, meant, State.DESTROYED);
          if (!meant.isEmpty() || call.approved().isPresent()) {
            changing.require(tx, call, matter(secret, meant));
          }
          return answer;
        });
  }

  private static ApprovalMatter matter(Secret secret, List<SecretVersion> meant) {
    return new ApprovalMatter(
        secret.id().toString(),
        secret.stamp().revision(),
        Set.of(secret.draft().environment()),
        Set.of(),
        Set.of(),
        List.of(
            "- name: \"" + secret.name() + "\"",
            "- versions: " + meant.stream().map(SecretVersion::number).toList()));
  }

  private static SortedSet<Integer> named(Call call) {
    return SecretVersionDraft.versions(
        call.facts().body().length == 0 ? Map.of() : call.document());
  }

  /** Those that are named, or all, and are not in {@code to} already. */
  private static List<SecretVersion> meant(
      Transaction tx, Secret secret, SortedSet<Integer> named, Set<State> from, State to) {
    List<SecretVersion> all =
        tx.secretVersions().page(secret.id(), 0, SecretVersionDraft.VERSIONS_MAX);
    if (!named.isEmpty() && named.last() > all.size()) {
      throw new ProblemException(ErrorCode.NOT_FOUND, "the secret has no version " + named.last());
    }
    List<SecretVersion> meant = new ArrayList<>();
    for (SecretVersion version : all) {
      boolean isNamed = named.contains(version.number());
      if (isNamed && version.state() != to && !from.contains(version.state())) {
        throw new ProblemException(
            ErrorCode.CONFLICT, "version " + version.number() + " is " + version.state());
      }
      if ((isNamed || named.isEmpty()) && from.contains(version.state())) {
        meant.add(version);
      }
    }
    return meant;
  }

  private static Answer moved(
      Transaction tx, Call call, Secret secret, List<SecretVersion> meant, State to) {
    String by = call.principal().id();
    meant.forEach(version -> tx.secretVersions().move(secret.id(), version.in(to, tx.now(), by)));
    Secret after = meant.isEmpty() ? secret : secret.stamped(tx.now(), by);
    if (!meant.isEmpty()) {
      tx.secrets().update(after);
    }
    JsonObject json = SecretAnswers.document(after);
    json.put("changedVersions", meant.stream().map(SecretVersion::number).toList());
    return Answer.object(200, after.stamp().revision(), json);
  }
}
