package dev.cofre.cli.code;

import dev.cofre.cli.code.Change.Action;
import dev.cofre.cli.code.Change.Request;
import dev.cofre.cli.code.Outcome.Result;
import dev.cofre.cli.code.References.Reference;
import dev.cofre.cli.code.Service.Reply;
import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * Does what a plan says, one change after the other. Not thread-safe.
 *
 * <p>What fails is told of and the rest goes on, but for what names it. An object is changed only
 * while it is as the plan saw it (If-Match); when somebody else came before, it is looked at again.
 * Every request has an idempotency key of its own, so that one whose answer did not come is sent
 * again without harm. When the service cannot be reached, nothing more is tried.
 */
final class Applier {
  private static final int ATTEMPTS_MAX = 4;
  private static final int LOOKS_MAX = 20;
  private static final long WAIT_MS = 250;
  private static final long WAIT_MAX_MS = 5_000;

  private final Service service;
  private final boolean prune;
  private final BiFunction<Change, JsonObject, Optional<Change>> replan;
  private final Existing existing;
  private final String run = UUID.randomUUID().toString();
  private final Map<String, Result> notThere = new HashMap<>();
  private int requests;
  private boolean unreached;

  /**
   * @param replan what is still to be done for a change when its object is the one that is given
   */
  Applier(
      Service service,
      Existing existing,
      boolean prune,
      BiFunction<Change, JsonObject, Optional<Change>> replan) {
    this.service = service;
    this.existing = existing;
    this.prune = prune;
    this.replan = replan;
  }

  List<Outcome> apply(Plan plan) {
    List<Outcome> outcomes = new ArrayList<>();
    for (Change change : plan.changes()) {
      Outcome outcome = outcome(change);
      outcomes.add(outcome);
      boolean made = change.action() != Action.CREATE || isDone(outcome.result());
      if (!made) {
        notThere.put(change.title(), outcome.result());
      }
    }
    return outcomes;
  }

  private static boolean isDone(Result result) {
    return result == Result.CREATED || result == Result.DONE_BY_OTHERS;
  }

  private Outcome outcome(Change change) {
    if (unreached) {
      return Outcome.of(change, Result.UNREACHED, "was not tried");
    }
    if (change.action() == Action.BLOCKED) {
      return Outcome.of(
          change, change.document() == null ? Result.LEFT : Result.FAILED, change.note());
    }
    if (change.action() == Action.DELETE && !prune) {
      return Outcome.of(change, Result.LEFT, change.note());
    }
    Set<String> missing = missing(change);
    if (!missing.isEmpty()) {
      return Outcome.of(
          change, Result.SKIPPED, "waits for what it names: " + String.join(", ", missing));
    }
    if (change.pending() != null) {
      return new Outcome(change, Result.PENDING, List.of("was asked for before"), change.pending());
    }
    try {
      return run(change);
    } catch (CofreException e) {
      return failed(change, e);
    }
  }

  private Set<String> missing(Change change) {
    Set<String> missing = new HashSet<>();
    if (change.document() != null) {
      for (Reference reference : References.of(change.document())) {
        if (notThere.containsKey(reference.title())) {
          missing.add(reference.title());
        }
      }
    }
    return missing;
  }

  private Outcome run(Change change) {
    long revision = change.revision();
    for (Request request : change.requests()) {
      Reply reply = send(change, request, revision);
      if (reply.pending()) {
        return new Outcome(change, Result.PENDING, List.of(), reply.document());
      }
      revision = reply.document().getLong("revision", 0L);
    }
    return Outcome.of(
        change,
        switch (change.action()) {
          case CREATE -> Result.CREATED;
          case DELETE -> Result.REMOVED;
          default -> Result.UPDATED;
        });
  }

  private Reply send(Change change, Request request, long revision) {
    Map<String, String> headers = new HashMap<>();
    headers.put("Idempotency-Key", "apply-" + run + "-" + requests++);
    if (revision > 0) {
      headers.put("If-Match", PendingRequests.entityTag(revision));
    }
    for (int attempt = 1; ; attempt++) {
      try {
        return service.send(
            change.kind(), request.method(), request.path(), request.body(), headers);
      } catch (CofreException e) {
        if (attempt == ATTEMPTS_MAX || !isWorthRepeating(e)) {
          throw e;
        }
        pause(Math.max(WAIT_MS << attempt, 1_000L * e.retryAfterSeconds().orElse(0)));
      }
    }
  }

  private static boolean isWorthRepeating(CofreException e) {
    return e.kind() == CofreException.Kind.REFUSED
        ? e.status() == 429
            || e.status() == 503
            || e.code().orElse(null) == ErrorCode.REQUEST_IN_PROGRESS
        : isUnreached(e);
  }

  private static boolean isUnreached(CofreException e) {
    return switch (e.kind()) {
      case UNREACHABLE, TIMED_OUT, CUT_SHORT -> true;
      default -> false;
    };
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(Math.min(ms, WAIT_MAX_MS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Outcome failed(Change change, CofreException e) {
    if (isUnreached(e)) {
      unreached = true;
      return Outcome.of(change, Result.UNREACHED, e.detail());
    }
    return switch (e.code().orElse(null)) {
      case CONFLICT, ALIAS_IN_USE, PRECONDITION_FAILED, NOT_FOUND, KEY_NOT_FOUND ->
          othersWereThere(change, e);
      case null, default -> new Outcome(change, Result.FAILED, lines(change, e), null);
    };
  }

  /** Looks at the object as it is now: another apply of the same files may have done it all. */
  private Outcome othersWereThere(Change change, CofreException e) {
    try {
      Optional<JsonObject> now = look(change, e);
      boolean done =
          change.document() == null
              ? now.isEmpty()
              : now.isPresent() && replan.apply(change, now.get()).isEmpty();
      if (done) {
        return Outcome.of(change, Result.DONE_BY_OTHERS);
      }
    } catch (CofreException again) {
      return new Outcome(change, Result.FAILED, lines(change, again), null);
    }
    List<String> lines = new ArrayList<>(lines(change, e));
    if (e.code().orElse(null) == ErrorCode.PRECONDITION_FAILED) {
      lines.add("somebody changed it since the plan was made; plan again");
    }
    return new Outcome(change, Result.FAILED, lines, null);
  }

  /** A key whose name is taken is not shown before its KEK was made, which takes a moment. */
  private Optional<JsonObject> look(Change change, CofreException e) {
    Optional<JsonObject> now = existing.ask(change.kind(), change.name());
    boolean taken = e.code().orElse(null) == ErrorCode.ALIAS_IN_USE;
    for (int i = 0; i < LOOKS_MAX && taken && now.isEmpty(); i++) {
      pause(WAIT_MS);
      now = existing.ask(change.kind(), change.name());
    }
    return now;
  }

  /** What the service said, at the lines that it is about. */
  private static List<String> lines(Change change, CofreException e) {
    if (e.fieldErrors().isEmpty() || change.document() == null) {
      return List.of(e.reason() + ": " + e.detail());
    }
    return e.fieldErrors().stream()
        .map(
            error ->
                change.document().placeOf(error.field())
                    + ": "
                    + error.field()
                    + ": "
                    + error.message())
        .toList();
  }
}
