package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.ALERT_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.ALERT_RULE_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.ALERT_TEST;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.alert.Alerts;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.EventField;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The routes that show the alerts of this control plane and its rules, and send a test. Each is
 * audited. Thread-safe.
 */
final class AlertOperations {
  private static final String CHANNEL = "channel";
  private static final String ITEMS = "items";

  private final Alerts alerts;
  private final ManagementAudit audit;

  AlertOperations(Alerts alerts, ManagementAudit audit) {
    this.alerts = alerts;
    this.audit = audit;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/alerts", ALERT_LIST, this::list),
        new Route(GET, "/v1/alert-rules", ALERT_RULE_LIST, this::rules),
        Route.withDocument(POST, "/v1/alerts/test", ALERT_TEST, this::test));
  }

  private Answer list(Call call) {
    AuditParameters.only(call, Set.of("limit"));
    int limit = call.limit();
    audit.allowed(call);
    JsonArray items = new JsonArray();
    alerts.newest(limit).forEach(items::add);
    return Answer.json(
        200, new JsonObject().put("on", alerts.isOn()).put(ITEMS, items).putNull("next"));
  }

  private Answer rules(Call call) {
    AuditParameters.only(call, Set.of());
    audit.allowed(call);
    JsonArray items = new JsonArray();
    alerts.rules().forEach(rule -> items.add(document(rule)));
    return Answer.json(
        200, new JsonObject().put("on", alerts.isOn()).put(ITEMS, items).putNull("next"));
  }

  private JsonObject document(AlertRule rule) {
    return new JsonObject()
        .put("name", rule.name())
        .put("severity", rule.severity().text())
        .put("enabled", rule.isEnabled())
        .put("trigger", rule.trigger().kind())
        .put("by", new JsonArray(rule.trigger().by().stream().map(EventField::text).toList()))
        .put("quietS", rule.quietS())
        .put("tests", rule.tests().size())
        .put("file", rule.place().toString())
        .put("forgotten", alerts.forgotten(rule.name()))
        .put("description", rule.description());
  }

  private Answer test(Call call) {
    Map<String, Object> document = call.document();
    Object named = document.get(CHANNEL);
    if (!Set.of(CHANNEL).containsAll(document.keySet())
        || (document.containsKey(CHANNEL) && !(named instanceof String))) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "the body is an object with channel, a name, or nothing");
    }
    List<String> channels = alerts.channels();
    if (named instanceof String name) {
      call.subject(name);
      if (!channels.contains(name)) {
        throw new ProblemException(
            ErrorCode.NOT_FOUND, "there is no channel of this name in alerts.directory");
      }
      channels = List.of(name);
    }
    // What it does is outside of this installation: the log has it before.
    audit.allowed(call);
    List<Alerts.Tested> tested = alerts.test(channels, call.principal().id());
    if (tested.isEmpty() && !channels.isEmpty()) {
      throw new ProblemException(ErrorCode.OVERLOADED, "another test runs; try again later");
    }
    JsonArray items = new JsonArray();
    tested.forEach(
        one ->
            items.add(
                new JsonObject()
                    .put(CHANNEL, one.channel())
                    .put("kind", one.kind().text())
                    .put("sent", one.isSent())
                    .put("answer", one.answer())
                    .put("tookMs", one.tookMs())));
    return Answer.json(200, new JsonObject().put("on", alerts.isOn()).put(ITEMS, items));
  }
}
