package dev.cofre.cli.code;

import dev.cofre.cli.code.Change.Action;
import dev.cofre.cli.code.Change.Request;
import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is to be done with a key. Stateless. What a key was made with stays; owner, purpose, expiry
 * and tags can change; the state is brought about where a file names one, so that a key which
 * somebody disabled in an emergency is not enabled by a file that says nothing of it.
 */
final class KeyChanges {
  private static final List<String> CHANGING = List.of("owner", "purpose", "expiresAt", "tags");
  private static final List<String> FIXED =
      List.of("dataClass", "environment", "protection", "usage");
  private static final String STATE = "state";
  private static final String EXPIRES_AT = "expiresAt";

  /** The moves from one state to another that the API has. */
  private static final Map<String, Map<String, String>> MOVES =
      Map.of(
          "ACTIVE", Map.of("DISABLED", "disable"),
          "DISABLED", Map.of("ACTIVE", "enable"),
          "PRE_ACTIVE", Map.of("ACTIVE", "activate"));

  private static final Set<String> FROZEN = Set.of("PENDING_DESTRUCTION", "DESTROYED");
  private static final Set<String> ENDED = Set.of("DEACTIVATED", "COMPROMISED");

  private KeyChanges() {}

  /** The key that {@code document} describes is made. */
  static Change create(Document document, Canonical canonical, Clock clock, FileErrors errors) {
    requireFuture(document, clock, errors);
    JsonObject body = document.json().copy();
    Object state = body.remove(STATE);
    List<Request> requests = new ArrayList<>();
    requests.add(new Request(HttpMethod.POST, DocumentKind.KEY.path(), body));
    if ("DISABLED".equals(state)) {
      requests.add(move(document, "disable"));
    }
    JsonObject form = canonical.of(DocumentKind.KEY, document.json());
    return Change.of(
        document, Action.CREATE, FieldChange.between(new JsonObject(), form), requests, 0);
  }

  /** What differs from {@code existing}; empty when nothing does. */
  static Optional<Change> update(
      Document document, JsonObject existing, Canonical canonical, Clock clock, FileErrors errors) {
    JsonObject is = canonical.of(DocumentKind.KEY, existing);
    JsonObject wanted = canonical.of(DocumentKind.KEY, document.json());
    fixed(document, is, wanted, errors);
    List<FieldChange> fields = FieldChange.between(only(is, CHANGING), only(wanted, CHANGING));
    String state = existing.getString(STATE, "");
    if (FROZEN.contains(state)) {
      return Optional.of(
          Change.blocked(document, fields, "the key is " + state + ": apply does not change that"));
    }
    boolean otherExpiry = fields.stream().anyMatch(field -> field.field().equals(EXPIRES_AT));
    if (otherExpiry && ENDED.contains(state)) {
      return Optional.of(
          Change.blocked(document, fields, "the key is " + state + ": its expiresAt stays"));
    }
    if (otherExpiry) {
      requireFuture(document, clock, errors);
    }
    List<Request> requests = new ArrayList<>();
    if (!fields.isEmpty()) {
      requests.add(
          new Request(
              HttpMethod.PATCH,
              Service.path(DocumentKind.KEY, document.name()),
              body(document, fields)));
    }
    String wantedState = document.json().getString(STATE, state);
    if (!wantedState.equals(state)) {
      fields.add(new FieldChange(STATE, state, wantedState));
      String move = MOVES.getOrDefault(state, Map.of()).get(wantedState);
      if (move == null) {
        return Optional.of(
            Change.blocked(
                document, fields, "a key that is " + state + " cannot become " + wantedState));
      }
      requests.add(move(document, move));
    }
    return requests.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Change.of(document, Action.UPDATE, fields, requests, existing.getLong("revision", 0L)));
  }

  private static void fixed(
      Document document, JsonObject is, JsonObject wanted, FileErrors errors) {
    for (String field : FIXED) {
      Object wish = wanted.getValue(field);
      if (wish != null && !wish.equals(is.getValue(field))) {
        errors.add(
            document.placeOf(field),
            field,
            "cannot be changed: the key has "
                + is.getValue(field)
                + "; say so, or make another key");
      }
    }
  }

  private static void requireFuture(Document document, Clock clock, FileErrors errors) {
    if (!Instant.parse(document.json().getString(EXPIRES_AT)).isAfter(clock.instant())) {
      errors.add(document.placeOf(EXPIRES_AT), EXPIRES_AT, "must be in the future");
    }
  }

  private static JsonObject body(Document document, List<FieldChange> fields) {
    JsonObject body = new JsonObject();
    for (FieldChange change : fields) {
      String name = change.field().split("[.\\[]", 2)[0];
      body.put(name, document.json().getValue(name, new JsonObject()));
    }
    return body;
  }

  private static Request move(Document document, String move) {
    String path = Service.path(DocumentKind.KEY, document.name()) + "/" + move;
    return new Request(HttpMethod.POST, path, null);
  }

  private static JsonObject only(JsonObject object, List<String> names) {
    JsonObject some = new JsonObject();
    names.stream()
        .filter(object::containsKey)
        .forEach(name -> some.put(name, object.getValue(name)));
    return some;
  }
}
