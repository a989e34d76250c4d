package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.NODE_LEAVE;
import static dev.cofre.controlplane.domain.ManagementAction.NODE_LIST;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.store.AuditShippingTable;
import dev.cofre.controlplane.server.store.NodeTable;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The routes under /v1/nodes: which data plane nodes there are and what is in force on them. */
final class NodeOperations {
  static final String ENFORCEMENT = "/v1/nodes/enforcement";

  private final NodeRegistry nodes;
  private final Store store;
  private final ManagementAudit audit;

  NodeOperations(NodeRegistry nodes, Store store, ManagementAudit audit) {
    this.nodes = nodes;
    this.store = store;
    this.audit = audit;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/nodes", NODE_LIST, this::list),
        new Route(GET, ENFORCEMENT, NODE_LIST, this::enforcement),
        new Route(DELETE, "/v1/nodes/{node}", NODE_LEAVE, this::leave));
  }

  private Answer list(Call call) {
    JsonArray items = new JsonArray();
    Map<String, AuditShippingTable.Shipping> shipping =
        store.read(tx -> tx.auditShipping().all()).stream()
            .collect(Collectors.toMap(AuditShippingTable.Shipping::origin, log -> log));
    nodes
        .nodes()
        .forEach(
            node ->
                items.add(
                    document(node)
                        .put(
                            "audit",
                            audit(
                                shipping.get(
                                    SealFiles.origin(node.last().name(), AuditSegments.EVENTS))))));
    audit.allowed(call);
    return Answer.json(200, new JsonObject().put("items", items).putNull("next"));
  }

  /** How far the node's audit log is archived. */
  private static JsonObject audit(AuditShippingTable.Shipping shipping) {
    return shipping == null
        ? new JsonObject().put("state", "never")
        : new JsonObject()
            .put("state", shipping.state())
            .put("archived", shipping.archived())
            .put("sealed", shipping.sealed())
            .put("contactAt", shipping.contactAt().toString())
            .put("currentAt", shipping.currentAt().toString());
  }

  private static JsonObject document(NodeTable.Node node) {
    NodeTable.Sighting last = node.last();
    return new JsonObject()
        .put("node", last.name())
        .put("identity", last.identity())
        .put("instance", last.instance())
        .put("state", node.isFenced() ? "fenced" : "live")
        .put("epoch", last.epoch())
        .put("revision", last.revision())
        .put("acknowledgedAt", node.acknowledgedAt().toString())
        .put("seenAt", node.seenAt().toString())
        .put("fencedAt", node.fencedAt().toString())
        .put("leaseMs", last.leaseMs())
        .put("dataKeyMs", last.dataKeyMs())
        .put("registeredAt", node.registeredAt().toString());
  }

  /** {@link EnforcedAnswers} adds the rest, once it is known. */
  private Answer enforcement(Call call) {
    EnforcedAnswers.head(call.facts());
    audit.allowed(call);
    return Answer.json(200, new JsonObject());
  }

  private Answer leave(Call call) {
    nodes.leave(call.principal().id(), NodeQuestion.instance(call.path("node")));
    audit.allowed(call);
    return Answer.empty();
  }
}
