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
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The routes under /v1/data-classes. Thread-safe. */
final class DataClassOperations {
  private final Changing changing;

  DataClassOperations(Changing changing) {
    this.changing = changing;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/data-classes", DATA_CLASS_LIST, this::list),
        new Route(GET, "/v1/data-classes/{class}", DATA_CLASS_SHOW, this::show),
        Route.withDocument(PATCH, "/v1/data-classes/{class}", DATA_CLASS_UPDATE, this::update));
  }

  private Answer list(Call call) {
    List<DataClassRules> all = changing.read(call, tx -> tx.dataClasses().all());
    JsonArray items = new JsonArray();
    all.forEach(rules -> items.add(document(rules)));
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  private Answer show(Call call) {
    DataClass dataClass = named(call);
    return answer(changing.read(call, tx -> tx.dataClasses().rules(dataClass)));
  }

  private Answer update(Call call) {
    DataClass dataClass = named(call);
    return changing.run(
        call,
        tx -> {
          DataClassRules rules = tx.dataClasses().rules(dataClass);
          call.requireMatch(rules.stamp().revision());
          DataClassRules changed = rules.changed(call.document(), tx.now(), call.principal().id());
          tx.dataClasses().put(changed);
          return answer(changed);
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
            .put(
                "versions",
                new JsonObject()
                    .put("messagesMax", rules.versions().messagesMax())
                    .put("bytesMax", rules.versions().bytesMax())
                    .put("dataKeysMax", rules.versions().dataKeysMax()))
            .put("destructionWaitDays", rules.destructionWaitDays())
            .put("warnDays", rules.warnDays())
            .put("unusedDays", rules.unusedDays());
    return Documents.stamp(json, rules.stamp());
  }
}
