package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_CODE;
import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_CREATE;
import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_DELETE;
import static dev.cofre.controlplane.domain.ManagementAction.ENROLMENT_LIST;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Enrolment;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.policy.PrincipalBook;
import dev.cofre.controlplane.server.store.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The routes under /v1/principals/{principal}/enrolments. Thread-safe.
 *
 * <p>A place is made first, with the approval that it needs; its code is asked for then, once, by
 * whoever made the place. So no stored answer, of an approval or a repetition, ever holds a code.
 */
final class EnrolmentOperations {
  private static final String PATH = "/v1/principals/{principal}/enrolments";
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int CODE_LETTERS = 32;
  private static final Duration TO_BE_ISSUED = Duration.ofHours(24);
  private static final int OPEN_MAX = 100;

  private final Changing changing;

  EnrolmentOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, PATH, ENROLMENT_CREATE, this::create),
        new Route(GET, PATH, ENROLMENT_LIST, this::list),
        new Route(POST, PATH + "/{enrolment}/code", ENROLMENT_CODE, this::code),
        new Route(DELETE, PATH + "/{enrolment}", ENROLMENT_DELETE, this::delete));
  }

  private Answer create(Call call) {
    long seconds = Enrolment.validSeconds(call.document());
    return changing.run(
        call,
        tx -> {
          Principal principal = PrincipalOperations.find(tx, call);
          PrincipalBook.requireNoNode(principal);
          if (tx.enrolments().of(principal.id()).size() >= OPEN_MAX) {
            throw new ProblemException(
                ErrorCode.CONFLICT, "it has " + OPEN_MAX + " enrolments already; delete some");
          }
          ApprovalMatter matter =
              PrincipalMatter.credential(
                  tx, principal, List.of("+ enrolment: " + seconds + " seconds"));
          Enrolment made =
              new Enrolment(
                  UUID.randomUUID(),
                  principal.tenant(),
                  principal.id(),
                  seconds,
                  false,
                  tx.now().plus(TO_BE_ISSUED),
                  Optional.empty(),
                  tx.now(),
                  call.principal().id());
          tx.enrolments().insert(made);
          changing.require(tx, call, matter);
          call.subject(principal.id() + " " + made.id());
          return Answer.json(201, document(made, tx.now()));
        });
  }

  /** The one answer that holds the code; it is stored nowhere. */
  private Answer code(Call call) {
    if (call.idempotencyKey().isPresent()) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "a code is shown once and kept nowhere: leave the Idempotency-Key away");
    }
    return changing
        .store()
        .change(
            tx -> {
              Enrolment place = place(tx, call);
              if (!place.createdBy().equals(call.principal().id())) {
                throw new ProblemException(
                    ErrorCode.FORBIDDEN, "its code is for whoever made it: " + place.createdBy());
              }
              String code = code();
              Instant expiresAt = tx.now().plusSeconds(place.validSeconds());
              byte[] digest = SnapshotDigest.sha256(code.getBytes(StandardCharsets.US_ASCII));
              if (!tx.enrolments().issue(place.id(), digest, expiresAt)) {
                throw new ProblemException(
                    ErrorCode.CONFLICT,
                    "its code was given out already, or it has expired; make another enrolment");
              }
              call.subject(place.principal() + " " + place.id());
              changing.audit().allowed(call);
              return Answer.json(
                  200,
                  new JsonObject()
                      .put("id", place.id().toString())
                      .put("principal", place.principal())
                      .put("code", code)
                      .put("expiresAt", expiresAt.toString()));
            });
  }

  /** 160 random bits, in letters that nobody confuses. */
  private static String code() {
    byte[] random = KernelRandom.INSTANCE.bytes(CODE_LETTERS);
    StringBuilder code = new StringBuilder("cofre-enrol-");
    for (byte five : random) {
      code.append(ALPHABET.charAt(five & 0x1f));
    }
    return code.toString();
  }

  private Answer list(Call call) {
    return changing.read(
        call,
        tx -> {
          JsonArray items = new JsonArray();
          tx.enrolments()
              .of(PrincipalOperations.find(tx, call).id())
              .forEach(place -> items.add(document(place, tx.now())));
          return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
        });
  }

  private Answer delete(Call call) {
    return changing.run(
        call,
        tx -> {
          Enrolment place = place(tx, call);
          tx.enrolments().delete(place.id());
          call.subject(place.principal() + " " + place.id());
          return Answer.empty();
        });
  }

  private static Enrolment place(Transaction tx, Call call) {
    Principal principal = PrincipalOperations.find(tx, call);
    return CanonicalUuid.find(call.path("enrolment"))
        .flatMap(tx.enrolments()::find)
        .filter(place -> place.principal().equals(principal.id()))
        .orElseThrow(() -> new ProblemException(ErrorCode.NOT_FOUND, "it has no such enrolment"));
  }

  private static JsonObject document(Enrolment place, Instant now) {
    JsonObject json =
        new JsonObject()
            .put("id", place.id().toString())
            .put("principal", place.principal())
            .put("state", place.stateAt(now))
            .put("validSeconds", place.validSeconds())
            .put("expiresAt", place.expiresAt().toString())
            .put("createdAt", place.createdAt().toString())
            .put("createdBy", place.createdBy());
    place.usedAt().ifPresent(at -> json.put("usedAt", at.toString()));
    return json;
  }
}
