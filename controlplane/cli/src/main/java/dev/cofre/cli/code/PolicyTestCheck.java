package dev.cofre.cli.code;

import dev.cofre.cli.code.Change.Action;
import dev.cofre.cli.shape.DocumentKind;
import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Has the service run the tests of policies that are to be changed, before anything is. Stateless.
 *
 * <p>A policy is judged beside what is in force. So it is judged when nothing else in the plan can
 * decide its tests: no other policy, key, principal or group is made, changed or removed. Else its
 * tests run when it is applied, as ever.
 */
final class PolicyTestCheck {
  private static final String SIMULATE = "/v1/policies/simulate";
  private static final Set<DocumentKind> DECIDING =
      EnumSet.of(DocumentKind.POLICY, DocumentKind.KEY, DocumentKind.PRINCIPAL, DocumentKind.GROUP);

  private PolicyTestCheck() {}

  /** Tells {@code errors} of the tests that fail. */
  static void check(Service service, List<Change> changes, FileErrors errors) {
    List<Change> deciding =
        changes.stream().filter(change -> DECIDING.contains(change.kind())).toList();
    if (deciding.size() != 1) {
      return;
    }
    Change only = deciding.getFirst();
    boolean written = only.action() == Action.CREATE || only.action() == Action.UPDATE;
    if (only.kind() == DocumentKind.POLICY
        && written
        && !only.document().json().getJsonArray("tests", new JsonArray()).isEmpty()) {
      simulate(service, only, errors);
    }
  }

  private static void simulate(Service service, Change change, FileErrors errors) {
    JsonObject request =
        new JsonObject().put("policy", change.document().json()).put("questions", new JsonArray());
    JsonObject answer;
    try {
      answer =
          service
              .send(DocumentKind.POLICY, HttpMethod.POST, SIMULATE, request, Map.of())
              .document();
    } catch (CofreException e) {
      if (e.code().filter(code -> code == ErrorCode.FORBIDDEN).isPresent()) {
        // Whoever may plan without being allowed to simulate learns it when it is applied.
        return;
      }
      throw e;
    }
    for (Object failure : answer.getJsonArray("failedTests", new JsonArray())) {
      String field = ((JsonObject) failure).getString("field", "tests");
      errors.add(
          change.document().placeOf(field), field, ((JsonObject) failure).getString("message"));
    }
  }
}
