package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATION_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATION_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.SECRET_ROTATION_UPDATE;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.TargetGrant;
import dev.cofre.controlplane.domain.UserRotation;
import dev.cofre.controlplane.domain.UserRotationDraft;
import dev.cofre.controlplane.domain.UserRotationDraft.OnDemand;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.lease.LeaseIssuer;
import dev.cofre.controlplane.server.lease.Leasing;
import dev.cofre.controlplane.server.rotation.UserRotator;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.vault.EngineAccess;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The routes by which a secret's values are made for two users in turn. Thread-safe. */
final class SecretRotationOperations {
  private static final String PATH = SecretOperations.PATH + "/rotation";

  private static final String IN_USE = "inUse";

  /** What is asked for twice by mistake is asked for within this time. */
  private static final Duration APART = Duration.ofMinutes(1);

  private final Changing changing;
  private final Leasing leasing;
  private final UserRotator rotator;

  SecretRotationOperations(Changing changing, Leasing leasing, UserRotator rotator) {
    this.changing = changing;
    this.leasing = leasing;
    this.rotator = rotator;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, PATH, SECRET_ROTATION_SHOW, this::show),
        Route.withDocument(PUT, PATH, SECRET_ROTATION_UPDATE, this::put),
        new Route(DELETE, PATH, SECRET_ROTATION_DELETE, this::delete),
        Route.withDocument(POST, PATH + "/rotate", SECRET_ROTATE, this::rotate));
  }

  /** A rotation with what it is of. */
  private record Found(Secret secret, SecretEngine engine, UserRotation rotation) {}

  private static Found found(Transaction tx, Call call) {
    Secret secret = SecretOperations.permitted(tx, call);
    UserRotation rotation =
        tx.userRotations()
            .find(secret.id())
            .orElseThrow(
                () ->
                    new ProblemException(
                        ErrorCode.NOT_FOUND,
                        "it has no such thing as a rotation; its owner sets one (cofre secret"
                            + " rotation set)"));
    return new Found(secret, tx.engines().find(rotation.engine()).orElseThrow(), rotation);
  }

  private Answer show(Call call) {
    return answer(200, changing.read(call, tx -> found(tx, call)));
  }

  /** The system is asked before anything is written, and the first rotation follows at once. */
  private Answer put(Call call) {
    changing.store().read(tx -> SecretOperations.permitted(tx, call));
    UserRotationDraft draft = UserRotationDraft.read(call.document());
    Optional<Answer> before = changing.store().read(tx -> changing.repeated().find(tx, call));
    if (before.isPresent()) {
      changing.audit().allowed(call);
      return before.get();
    }
    Found wanted = changing.store().read(tx -> wanted(tx, call, draft));
    SecretEngine engine = wanted.engine;
    return leasing
        .calls()
        .run(
            engine.tenant(),
            engine.name(),
            () -> {
              requireRotatable(engine, draft, wanted.secret.id());
              String active = wanted.rotation == null ? inUse(wanted.secret, draft) : null;
              List<UserRotation> claimed = new ArrayList<>();
              Answer answer =
                  changing.run(
                      call,
                      tx -> {
                        Found now = wanted(tx, call, draft);
                        requireSameUse(wanted, now);
                        return written(tx, call, draft, active, now, claimed);
                      });
              claimed.forEach(rotator::turn);
              return settled(answer, wanted.secret.id());
            });
  }

  /** Whom clients use now, who must not be changed first; of users that are there it is known. */
  private String inUse(Secret secret, UserRotationDraft draft) {
    Optional<String> named = rotator.namedUser(secret, draft);
    if (draft.inUse() != null) {
      if (named.isPresent() && !named.get().equals(draft.inUse())) {
        throw wrong(IN_USE, "must be " + named.get() + ", which the secret's value names");
      }
      return draft.inUse();
    }
    if (named.isEmpty() && !draft.create()) {
      throw wrong(
          IN_USE,
          "is missing: the secret's value does not tell (it names none of the users in quotes, or"
              + " both), so say whom clients use now; the other one's password is changed");
    }
    return named.orElse(draft.users().getFirst());
  }

  private void requireRotatable(SecretEngine engine, UserRotationDraft draft, UUID secret) {
    try {
      rotator.requireRotatable(engine, draft, secret);
    } catch (TargetException e) {
      throw LeaseIssuer.problem(e);
    }
  }

  /** What {@code draft} asks for, when the caller may; its rotation is null when there is none. */
  private static Found wanted(Transaction tx, Call call, UserRotationDraft draft) {
    Secret secret = SecretOperations.permitted(tx, call);
    Optional<UserRotation> before = tx.userRotations().find(secret.id());
    call.requireMatch(before.map(rotation -> rotation.stamp().revision()).orElse(0L));
    Principal acting = Permissions.acting(call.principal(), call.action());
    SecretEngine engine =
        EngineAccess.visible(tx, acting, draft.engine())
            .orElseThrow(() -> wrong("engine", "is no engine that you own"));
    if (engine.draft().environment() != secret.draft().environment()) {
      throw wrong("engine", "must be of the secret's environment");
    }
    TargetGrant.requireOf(engine.draft().kind(), draft.grants());
    int daysMax = tx.dataClasses().rules(secret.draft().dataClass()).rotationDays();
    if (draft.period().compareTo(Duration.ofDays(daysMax)) > 0) {
      throw wrong("periodSeconds", "must be at most " + daysMax + " days for the secret's class");
    }
    before.ifPresent(rotation -> requireSameUsers(rotation, engine, draft));
    if (tx.userRotations().areTaken(engine.draft(), draft.users(), secret.id())) {
      throw conflict("one of the users is rotated for another secret; name other ones");
    }
    return new Found(secret, engine, before.orElse(null));
  }

  private static void requireSameUsers(
      UserRotation rotation, SecretEngine engine, UserRotationDraft draft) {
    if (!rotation.engine().equals(engine.id())
        || !rotation.draft().users().equals(draft.users())
        || rotation.draft().create() != draft.create()) {
      throw conflict("engine, users and create stay as they are; stop the rotation, set another");
    }
  }

  /** The user in use was read from the value that was the current one then. */
  private static void requireSameUse(Found before, Found now) {
    boolean isRead =
        before.rotation == null && before.secret.currentVersion() == now.secret.currentVersion();
    if (now.rotation == null && !isRead) {
      throw conflict(
          "another value was written, or the rotation stopped, at the same time; look at it, try"
              + " again");
    }
  }

  /** A new one is taken at once, into {@code claimed}: nobody else begins with it. */
  private Answer written(
      Transaction tx,
      Call call,
      UserRotationDraft draft,
      String activeUser,
      Found wanted,
      List<UserRotation> claimed) {
    String by = call.principal().id();
    if (wanted.rotation == null) {
      Stamp stamp = Stamp.created(tx.now(), by);
      UserRotation made =
          UserRotation.begun(wanted.secret.id(), wanted.engine.id(), draft, activeUser, stamp);
      tx.userRotations().insert(made);
      rotator.claim(tx, made.secret()).ifPresent(claimed::add);
      return answer(201, new Found(wanted.secret, wanted.engine, made));
    }
    UserRotation changed = wanted.rotation.described(draft, tx.now(), by);
    tx.userRotations().update(changed);
    return answer(200, new Found(wanted.secret, wanted.engine, changed));
  }

  /** It is on its way when this answers, and published if nothing was in its way. */
  private Answer rotate(Call call) {
    Found before = changing.store().read(tx -> found(tx, call));
    OnDemand asked = OnDemand.read(call.document());
    return leasing
        .calls()
        .run(
            before.engine.tenant(),
            before.engine.name(),
            () ->
                asked.dryRun()
                    ? lookedAt(call, before)
                    : rotated(call, before.secret.id(), asked.force()));
  }

  private Answer lookedAt(Call call, Found before) {
    requireRotatable(before.engine, before.rotation.draft(), before.secret.id());
    return Answer.json(200, changing.read(call, tx -> dryRun(tx, call)));
  }

  private static JsonObject dryRun(Transaction tx, Call call) {
    Found found = found(tx, call);
    int next = tx.secretVersions().newest(found.secret.id()) + 1;
    return RotationAnswers.dryRun(found.secret, found.rotation, next);
  }

  private Answer rotated(Call call, UUID secret, boolean force) {
    List<UserRotation> claimed = new ArrayList<>();
    Answer answer =
        changing.run(
            call,
            tx -> {
              Found found = found(tx, call);
              call.requireMatch(found.rotation.stamp().revision());
              requireIdle(tx, found);
              if (!force && found.rotation.isRotatedWithin(APART, tx.now())) {
                throw conflict(
                    "it was rotated less than a minute ago, and another time ends the value before,"
                        + " which clients may use still; look at it, and force it if that is meant");
              }
              tx.userRotations().request(found.rotation, tx.now());
              rotator.claim(tx, secret).ifPresent(claimed::add);
              return answer(200, found(tx, call));
            });
    claimed.forEach(rotator::turn);
    return settled(answer, secret);
  }

  private static void requireIdle(Transaction tx, Found found) {
    if (found.rotation.isClaimed(tx.now())) {
      throw conflict("a rotation is at work at this moment; look at it, try again");
    }
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          Found found = found(tx, call);
          call.requireMatch(found.rotation.stamp().revision());
          requireIdle(tx, found);
          tx.userRotations().delete(found.secret.id());
          return Answer.empty();
        });
  }

  /** How it is after a turn; as it was answered when it was stopped meanwhile. */
  private Answer settled(Answer answer, UUID id) {
    return changing
        .store()
        .read(
            tx ->
                tx.userRotations()
                    .find(id)
                    .map(
                        rotation ->
                            answer(
                                answer.status(),
                                new Found(
                                    tx.secrets().find(id).orElseThrow(),
                                    tx.engines().find(rotation.engine()).orElseThrow(),
                                    rotation)))
                    .orElse(answer));
  }

  private static Answer answer(int status, Found found) {
    return Answer.object(
        status,
        found.rotation.stamp().revision(),
        RotationAnswers.document(found.secret, found.rotation));
  }

  private static InvalidDocumentException wrong(String field, String message) {
    return new InvalidDocumentException(List.of(new FieldError(field, message)));
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(ErrorCode.CONFLICT, detail);
  }
}
