package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.server.policy.AccessReport;
import dev.cofre.controlplane.server.policy.PolicyLint;
import dev.cofre.engine.policy.CompiledStatement;
import dev.cofre.engine.policy.Explanation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/** Answers about access as the JSON that openapi.yaml describes. Stateless. */
final class AccessDocuments {
  private AccessDocuments() {}

  static JsonObject explanation(Explanation explanation, boolean findings) {
    JsonObject json =
        new JsonObject()
            .put("decision", explanation.allowed() ? "allow" : "deny")
            .put("keyVisible", explanation.seen())
            .put("reason", explanation.reason())
            .put(
                "statement",
                explanation.deciding() == null ? null : statement(explanation.deciding()));
    if (findings) {
      JsonArray array = new JsonArray();
      explanation
          .findings()
          .forEach(
              finding ->
                  array.add(
                      statement(finding.statement())
                          .put("applies", finding.unmet() == null)
                          .put("because", finding.unmet())));
      json.put("findings", array);
    }
    return json;
  }

  private static JsonObject statement(CompiledStatement statement) {
    return new JsonObject()
        .put("policyId", statement.policyId())
        .put("policy", statement.policyName())
        .put("statement", statement.index())
        .put("sid", statement.sid().isEmpty() ? null : statement.sid())
        .put("effect", statement.isAllow() ? "allow" : "deny");
  }

  static JsonObject rows(List<AccessReport.Row> rows) {
    JsonArray items = new JsonArray();
    for (AccessReport.Row row : rows) {
      items.add(
          new JsonObject()
              .put("principal", row.principal())
              .put("key", row.key())
              .put("keyId", row.keyId().isEmpty() ? null : row.keyId())
              .put("environment", row.environment())
              .put("action", row.action())
              .put("conditional", row.conditional())
              .put("policy", row.statement().policyName())
              .put("policyId", row.statement().policyId())
              .put("statement", row.statement().index())
              .put("via", row.via())
              .put("notAfter", time(row.statement().notAfterMs())));
    }
    return new JsonObject().put("items", items);
  }

  static JsonObject findings(List<PolicyLint.Finding> findings) {
    JsonArray items = new JsonArray();
    for (PolicyLint.Finding finding : findings) {
      items.add(
          new JsonObject()
              .put("rule", finding.rule())
              .put("policy", finding.policy().isEmpty() ? null : finding.policy())
              .put("where", finding.where())
              .put("message", finding.message()));
    }
    return new JsonObject().put("items", items);
  }

  private static String time(long millis) {
    return millis == Long.MAX_VALUE ? null : Instant.ofEpochMilli(millis).toString();
  }
}
