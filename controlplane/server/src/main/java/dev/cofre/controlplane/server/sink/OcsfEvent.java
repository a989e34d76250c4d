package dev.cofre.controlplane.server.sink;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * An event as OCSF 1.3.0 has it: class API Activity (6003) of the category Application Activity.
 * Stateless.
 *
 * <p>What is done with a key is none of create, read, update and delete, so its activity is Other
 * (99), and {@code activity_name} has the action, as the schema wants it. What OCSF has no field
 * for stands in {@code unmapped}.
 */
final class OcsfEvent {
  static final String VERSION = "1.3.0";

  private static final int CATEGORY = 6;
  private static final int CLASS = 6003;
  private static final int OTHER = 99;
  private static final int SERVICE_ACCOUNT = 4;
  private static final int SYSTEM_ACCOUNT = 3;

  private OcsfEvent() {}

  /** {@code logged}, one object. */
  static String json(String id, LoggedEvent logged) {
    AuditEvent event = logged.event();
    int activity = activity(event.action());
    boolean allowed = "allowed".equals(event.outcome());
    JsonObject json =
        new JsonObject()
            .put("category_uid", CATEGORY)
            .put("category_name", "Application Activity")
            .put("class_uid", CLASS)
            .put("class_name", "API Activity")
            .put("activity_id", activity)
            .put("activity_name", activityName(activity, event.action()))
            .put("type_uid", (long) CLASS * 100 + activity)
            .put("time", event.time().toEpochMilli())
            .put("severity_id", allowed ? 1 : 2)
            .put("severity", allowed ? "Informational" : "Low")
            .put("status_id", allowed ? 1 : 2)
            .put("status", allowed ? "Success" : "Failure");
    put(json, "status_code", event.code());
    put(json, "status_detail", allowed ? null : event.outcome());
    if (event.count() > 0) {
      json.put("count", event.count());
    }
    return json.put("metadata", metadata(id, logged))
        .put("actor", new JsonObject().put("user", user(event)))
        .put("src_endpoint", source(event))
        .put("api", api(event))
        .put("resources", resources(event))
        .put("unmapped", unmapped(event))
        .encode();
  }

  private static int activity(String action) {
    return switch (action.substring(action.indexOf(':') + 1)) {
      case "create" -> 1;
      case "list", "show", "read" -> 2;
      case "update" -> 3;
      case "delete", "destroy" -> 4;
      default -> OTHER;
    };
  }

  private static String activityName(int activity, String action) {
    return switch (activity) {
      case 1 -> "Create";
      case 2 -> "Read";
      case 3 -> "Update";
      case 4 -> "Delete";
      default -> action;
    };
  }

  private static JsonObject metadata(String id, LoggedEvent logged) {
    return new JsonObject()
        .put("version", VERSION)
        .put("product", new JsonObject().put("name", "Cofre").put("vendor_name", "Cofre"))
        .put("uid", id)
        .put("log_name", logged.origin())
        .put("sequence", logged.index())
        .put("original_time", logged.event().time().toString())
        .put("correlation_uid", logged.event().requestId());
  }

  private static JsonObject user(AuditEvent event) {
    String principal = event.principal();
    if (principal == null) {
      return new JsonObject().put("name", "unauthenticated").put("type_id", 0);
    }
    return new JsonObject()
        .put("name", principal)
        .put("type_id", principal.startsWith("system:") ? SYSTEM_ACCOUNT : SERVICE_ACCOUNT);
  }

  /** The node itself, where nobody called. */
  private static JsonObject source(AuditEvent event) {
    return event.address() == null
        ? new JsonObject().put("name", event.node())
        : new JsonObject().put("ip", event.address());
  }

  private static JsonObject api(AuditEvent event) {
    JsonObject api =
        new JsonObject()
            .put("operation", event.action())
            .put("service", new JsonObject().put("name", "cofre").put("uid", event.node()))
            .put("request", new JsonObject().put("uid", event.requestId()));
    if (event.code() != null) {
      api.put("response", new JsonObject().put("error", event.code()));
    }
    return api;
  }

  private static JsonArray resources(AuditEvent event) {
    JsonArray resources = new JsonArray();
    if (event.key() != null) {
      JsonObject key = new JsonObject().put("uid", event.key()).put("type", "key");
      if (event.keyVersion() >= 0) {
        key.put("version", Integer.toString(event.keyVersion()));
      }
      resources.add(key);
    }
    if (event.dataKeyId() != null) {
      resources.add(new JsonObject().put("uid", event.dataKeyId()).put("type", "data key"));
    }
    return resources;
  }

  private static JsonObject unmapped(AuditEvent event) {
    JsonObject rest = new JsonObject();
    put(rest, "authentication", event.authentication());
    put(rest, "phase", event.phase());
    if (event.items() >= 0) {
      rest.put("items", event.items());
    }
    if (event.bytes() >= 0) {
      rest.put("bytes", event.bytes());
    }
    if (!event.contextKeys().isEmpty()) {
      rest.put("contextKeys", new JsonArray(event.contextKeys()));
    }
    put(rest, "tenant", event.tenant());
    ContextDigests contexts = event.contexts();
    if (contexts != null && contexts.isWithoutKey()) {
      rest.put("noDigestKey", true);
    } else if (contexts != null) {
      rest.put("digestKey", contexts.keyId().toString());
      rest.put("contextDigests", new JsonArray(contexts.contextTexts()));
      rest.put("contextIndex", new JsonArray(contexts.pairTexts()));
    }
    return rest;
  }

  private static void put(JsonObject json, String name, String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
