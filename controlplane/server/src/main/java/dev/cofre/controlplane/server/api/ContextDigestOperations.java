package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_READ;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.controlplane.server.audit.AuditDigestKeys;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The route that makes digests of context values for auditors, who never hold the keys: what events
 * are searched by. Each use is audited, with the names and without the values. Thread-safe.
 */
final class ContextDigestOperations {
  private static final String PATH = "/v1/audit/context-digests";
  private static final Set<String> FIELDS = Set.of("tenant", "context", "from", "to");
  private static final int PAIRS_MAX = 5;

  /** So many years, the newest ones of the time that is asked for: the search's URL is bounded. */
  private static final int KEYS_MAX = 6;

  private static final int YEAR_MAX = 9_999;
  private static final int TENANT_MAX = 128;

  private final AuditDigestKeys keys;
  private final ManagementAudit audit;

  ContextDigestOperations(AuditDigestKeys keys, ManagementAudit audit) {
    this.keys = keys;
    this.audit = audit;
  }

  Route route() {
    return Route.withDocument(POST, PATH, AUDIT_READ, this::digests);
  }

  private Answer digests(Call call) {
    Map<String, Object> asked = call.document();
    for (String field : asked.keySet()) {
      if (!FIELDS.contains(field)) {
        throw AuditParameters.refuse("there is no field " + field);
      }
    }
    String tenant = text(asked, "tenant", call.principal().tenant());
    EncryptionContext context = context(asked.get("context"));
    int from = year(asked, "from", 0);
    int to = year(asked, "to", YEAR_MAX);
    call.subject("context digests of " + tenant + ": " + String.join(",", context.keys()));
    audit.allowed(call);
    JsonArray items = new JsonArray();
    List<String> alternatives = new ArrayList<>();
    for (ContextDigests digests : keys.digests(tenant, context, from, to, KEYS_MAX)) {
      items.add(item(digests));
      alternatives.addAll(alternatives(digests));
    }
    return Answer.json(
        200,
        new JsonObject()
            .put("tenant", tenant)
            .put("complete", keys.count(from, to) <= KEYS_MAX)
            .put("items", items)
            .put("query", String.join(",", alternatives)));
  }

  private static JsonObject item(ContextDigests digests) {
    return new JsonObject()
        .put("digestKey", digests.keyId().toString())
        .put("contextDigest", digests.contextTexts().get(0))
        .put("contextIndex", new JsonArray(digests.pairTexts()));
  }

  /** An event had exactly this context, or its context had all of these pairs. */
  private static List<String> alternatives(ContextDigests digests) {
    List<String> pairs =
        digests.pairTexts().stream()
            .map(text -> text.substring(text.lastIndexOf(':') + 1))
            .toList();
    return List.of(digests.contextTexts().get(0), String.join(".", pairs));
  }

  private static EncryptionContext context(Object value) {
    if (!(value instanceof Map<?, ?> pairs) || pairs.isEmpty() || pairs.size() > PAIRS_MAX) {
      throw AuditParameters.refuse(
          "context must be an object with 1 to " + PAIRS_MAX + " names and their values");
    }
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<?, ?> pair : pairs.entrySet()) {
      if (!(pair.getValue() instanceof String text)) {
        throw AuditParameters.refuse("each value of context must be a string");
      }
      texts.put(pair.getKey().toString(), text);
    }
    return EncryptionContext.of(texts);
  }

  private static String text(Map<String, Object> asked, String field, String otherwise) {
    Object value = asked.getOrDefault(field, otherwise);
    if (!(value instanceof String text) || text.isEmpty() || text.length() > TENANT_MAX) {
      throw AuditParameters.refuse(field + " must be a string of 1 to " + TENANT_MAX);
    }
    return text;
  }

  private static int year(Map<String, Object> asked, String field, int otherwise) {
    if (!asked.containsKey(field)) {
      return otherwise;
    }
    try {
      int year = Instant.parse(text(asked, field, "")).atOffset(ZoneOffset.UTC).getYear();
      return Math.clamp(year, 0, YEAR_MAX);
    } catch (DateTimeParseException e) {
      throw AuditParameters.refuse(
          field + " must be a time as in RFC 3339, in UTC: 2026-01-31T12:00:00Z");
    }
  }
}
