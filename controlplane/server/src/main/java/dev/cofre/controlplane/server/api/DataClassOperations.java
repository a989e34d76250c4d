package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_SHOW;
import static dev.cofre.controlplane.domain.ManagementAction.DATA_CLASS_UPDATE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** The routes under /v1/data-classes. Thread-safe. */
final class DataClassOperations {
  private final Store store;
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;

  DataClassOperations(Store store, ManagementAudit audit, RepeatedRequests repeated) {
    this.store = store;
    this.audit = audit;
    this.repeated = repeated;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/data-classes", DATA_CLASS_LIST, this::list),
        new Route(GET, "/v1/data-classes/{class}", DATA_CLASS_SHOW, this::show),
        new Route(PATCH, "/v1/data-classes/{class}", DATA_CLASS_UPDATE, this::update, true));
  }

  private Answer list(Call call) {
    List<DataClassRules> all = store.read(tx -> tx.dataClasses().all());
    audit.allowed(call);
    JsonArray items = new JsonArray();
    all.forEach(rules -> items.add(document(rules)));
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  private Answer show(Call call) {
    DataClass dataClass = named(call);
    DataClassRules rules = store.read(tx -> tx.dataClasses().rules(dataClass));
    audit.allowed(call);
    return answer(rules);
  }

  private Answer update(Call call) {
    DataClass dataClass = named(call);
    return store.change(
        tx -> {
          Optional<Answer> before = repeated.find(tx, call);
          if (before.isPresent()) {
            audit.allowed(call);
            return before.get();
          }
          DataClassRules rules = tx.dataClasses().rules(dataClass);
          call.requireMatch(rules.stamp().revision());
          DataClassRules changed = rules.changed(call.document(), tx.now(), call.principal().id());
          tx.dataClasses().put(changed);
          Answer answer = answer(changed);
          repeated.end(tx, call, answer);
          audit.allowed(call);
          return answer;
        });
  }

  private static DataClass named(Call call) {
    String name = call.path("class");
    if (!DataClass.wireNames().contains(name)) {
      throw new ProblemException(
          ErrorCode.NOT_FOUND,
          "there is no such data class; there are " + String.join(", ", DataClass.wireNames()));
    }
    return DataClass.of(name);
  }

  private static Answer answer(DataClassRules rules) {
    return Answer.object(200, rules.stamp().revision(), document(rules));
  }

  private static JsonObject document(DataClassRules rules) {
    JsonObject json =
        new JsonObject()
            .put("name", rules.dataClass().wireName())
            .put("owner", rules.stamp().createdBy())
            .put("rotationDays", rules.rotationDays())
            .put("lifetimeDaysMax", rules.lifetimeDaysMax())
            .put(
                "protections",
                new JsonArray(rules.protections().stream().map(Protection::name).sorted().toList()))
            .put("exportPermitted", rules.exportPermitted())
            .put(
                "dataKeys",
                new JsonObject()
                    .put("secondsMax", rules.dataKeys().secondsMax())
                    .put("messagesMax", rules.dataKeys().messagesMax())
                    .put("bytesMax", rules.dataKeys().bytesMax()))
            .put("destructionWaitDays", rules.destructionWaitDays())
            .put("warnDays", rules.warnDays())
            .put("unusedDays", rules.unusedDays());
    return Documents.stamp(json, rules.stamp());
  }
}
