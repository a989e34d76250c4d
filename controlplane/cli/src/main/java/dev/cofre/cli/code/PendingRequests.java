package dev.cofre.cli.code;

import dev.cofre.cli.code.Change.Request;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What waits for approval already, so that nothing is asked for twice. Immutable.
 *
 * @param waiting the requests by their ids
 */
record PendingRequests(Map<String, JsonObject> waiting) {
  private static final int PAGE = 200;

  /** The service holds at most as many that wait. */
  private static final int READ_MAX = 1_000;

  /** The changes of {@code plan}, each with the request that does it already, if there is one. */
  static Plan note(Service service, Plan plan) {
    Set<DocumentKind> asking = EnumSet.noneOf(DocumentKind.class);
    plan.changes().stream()
        .filter(change -> !change.requests().isEmpty())
        .forEach(change -> asking.add(asked(change.kind())));
    Map<String, JsonObject> waiting = new LinkedHashMap<>();
    asking.forEach(kind -> read(service, kind, waiting));
    PendingRequests pending = new PendingRequests(waiting);
    List<Change> changes =
        plan.changes().stream()
            .map(change -> pending.find(change).map(change::waitingFor).orElse(change))
            .toList();
    return new Plan(changes, plan.unchanged(), plan.unmanaged(), plan.unmanagedCount());
  }

  /** Keys are a crypto officer's; all else is a security administrator's. */
  private static DocumentKind asked(DocumentKind kind) {
    return kind == DocumentKind.KEY ? DocumentKind.KEY : DocumentKind.POLICY;
  }

  private static void read(Service service, DocumentKind kind, Map<String, JsonObject> waiting) {
    String after = null;
    int read = 0;
    try {
      do {
        String query = "/v1/approvals?state=PENDING&limit=" + PAGE;
        JsonObject page =
            service.get(kind, after == null ? query : query + "&after=" + Service.escaped(after));
        JsonArray items = page.getJsonArray("items", new JsonArray());
        for (int i = 0; i < items.size(); i++) {
          waiting.put(items.getJsonObject(i).getString("id"), items.getJsonObject(i));
        }
        read += items.size();
        after = page.getString("next");
      } while (after != null && read < READ_MAX);
    } catch (CofreException e) {
      if (e.code().orElse(null) != ErrorCode.FORBIDDEN) {
        throw e;
      }
      // Who may not know what waits may not ask for it either.
    }
  }

  private Optional<JsonObject> find(Change change) {
    return change.requests().stream()
        .flatMap(request -> waiting.values().stream().filter(item -> does(item, change, request)))
        .findFirst();
  }

  /** Whether {@code approval} will run {@code request}, on the object as it is now. */
  private static boolean does(JsonObject approval, Change change, Request request) {
    JsonObject asked = approval.getJsonObject("request", new JsonObject());
    String ifMatch = asked.getString("ifMatch", "");
    JsonObject body = request.body() == null ? null : new JsonObject(request.body().encode());
    return request.method().name().equals(asked.getString("method"))
        && request.path().equals(asked.getString("path"))
        && Objects.equals(body, asked.getJsonObject("document"))
        && (ifMatch.isEmpty() || ifMatch.equals(entityTag(change.revision())));
  }

  static String entityTag(long revision) {
    return "\"" + revision + "\"";
  }
}
