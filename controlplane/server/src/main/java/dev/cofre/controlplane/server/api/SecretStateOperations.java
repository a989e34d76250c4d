package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_DESTROY;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_UNDELETE;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretVersion;
import dev.cofre.controlplane.domain.SecretVersion.State;
import dev.cofre.controlplane.domain.SecretVersionDraft;
import dev.cofre.controlplane.domain.SecretVersionDraft.Meant;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.store.SecretReferenceTable;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The routes that take versions of secrets away, for a while or for good. Thread-safe. */
final class SecretStateOperations {
  private static final int DEPENDENTS_MAX = 1_000;
  private static final int NAMED_MAX = 5;

  private final Changing changing;

  SecretStateOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, SecretOperations.PATH + "/delete", SECRET_DELETE, this::delete),
        Route.withDocument(
            POST, SecretOperations.PATH + "/undelete", SECRET_UNDELETE, this::undelete),
        Route.withDocument(
            POST, SecretOperations.PATH + "/destroy", SECRET_DESTROY, this::destroy));
  }

  private Answer delete(Call call) {
    Meant asked = SecretVersionDraft.meant(document(call));
    return changing.run(
        call,
        tx -> {
          Secret secret = SecretOperations.selected(tx, call);
          Set<State> from = Set.of(State.ACTIVE);
          List<SecretVersion> meant = meant(tx, secret, asked.numbers(), from, State.DELETED);
          needing(tx, secret, meant, asked.force());
          return moved(tx, call, secret, meant, State.DELETED);
        });
  }

  private Answer undelete(Call call) {
    SortedSet<Integer> named = SecretVersionDraft.versions(document(call));
    return changing.run(
        call,
        tx -> {
          Secret secret = SecretOperations.selected(tx, call);
          Set<State> from = Set.of(State.DELETED);
          return moved(
              tx, call, secret, meant(tx, secret, named, from, State.ACTIVE), State.ACTIVE);
        });
  }

  /**
   * The templates that need what is {@code meant}: it is not taken from under them by mistake.
   *
   * @throws ProblemException {@code conflict} when there are any, unless {@code force}
   */
  private static List<String> needing(
      Transaction tx, Secret secret, List<SecretVersion> meant, boolean force) {
    Set<Integer> numbers =
        meant.stream().map(SecretVersion::number).collect(Collectors.toUnmodifiableSet());
    List<String> needing =
        tx.secretReferences().dependents(secret, DEPENDENTS_MAX).stream()
            .filter(
                from ->
                    numbers.contains(
                        from.refersTo() == 0 ? secret.currentVersion() : from.refersTo()))
            .map(SecretReferenceTable.Dependent::secret)
            .distinct()
            .toList();
    if (!needing.isEmpty() && !force) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "templates refer to it (" + some(needing) + "); change them first, or send force");
    }
    return needing;
  }

  private static String some(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(names.size(), NAMED_MAX)))
        + (names.size() > NAMED_MAX ? " and others" : "");
  }

  /** The value is gone from the row; two people decide that. */
  private Answer destroy(Call call) {
    Meant asked = SecretVersionDraft.meant(document(call));
    SortedSet<Integer> named = asked.numbers();
    return changing.run(
        call,
        tx -> {
          Secret secret = SecretOperations.selected(tx, call);
          Set<State> from = Set.of(State.ACTIVE, State.DELETED);
          List<SecretVersion> meant = meant(tx, secret, named, from, State.DESTROYED);
          List<String> needing = needing(tx, secret, meant, asked.force());
          Answer answer = moved(tx, call, secret, meant, State.DESTROYED);
          meant.forEach(version -> tx.secretReferences().remove(secret.id(), version.number()));
          if (!meant.isEmpty() || call.approved().isPresent()) {
            int newest = named.isEmpty() ? tx.secretVersions().newest(secret.id()) : 0;
            changing.require(tx, call, matter(secret, meant, newest, needing));
          }
          return answer;
        });
  }

  /**
   * What is approved. A rotation leaves the secret's revision, so that what names its versions can
   * still be approved; what means all of them is another thing after it.
   *
   * @param newest the number of the newest version when all are meant; else 0
   * @param needing the templates that are not filled any more
   */
  private static ApprovalMatter matter(
      Secret secret, List<SecretVersion> meant, int newest, List<String> needing) {
    List<String> changes = new ArrayList<>();
    changes.add("- name: \"" + secret.name() + "\"");
    changes.add("- versions: " + meant.stream().map(SecretVersion::number).toList());
    if (!needing.isEmpty()) {
      changes.add("- templates refer to it: " + some(needing));
    }
    return new ApprovalMatter(
        secret.id().toString(),
        // Neither ever gets less, so the sum is the same when both are.
        secret.stamp().revision() + newest,
        Set.of(secret.draft().environment()),
        Set.of(),
        Set.of(),
        changes);
  }

  private static Map<String, Object> document(Call call) {
    return call.facts().body().length == 0 ? Map.of() : call.document();
  }

  /** Those that are named, or all, and are not in {@code to} already. */
  private static List<SecretVersion> meant(
      Transaction tx, Secret secret, SortedSet<Integer> named, Set<State> from, State to) {
    List<SecretVersion> all =
        tx.secretVersions()
            .page(secret.id(), 0, SecretVersionDraft.VERSIONS_MAX + SecretVersionDraft.ROTATED_MAX);
    // Rotations leave gaps: what they wrote is forgotten after a while.
    SortedSet<Integer> missing = new TreeSet<>(named);
    all.forEach(version -> missing.remove(version.number()));
    if (!missing.isEmpty()) {
      throw new ProblemException(
          ErrorCode.NOT_FOUND, "the secret has no version " + missing.first());
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
