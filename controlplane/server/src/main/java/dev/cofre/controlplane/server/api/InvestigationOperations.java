package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_READ;
import static io.vertx.core.http.HttpMethod.GET;

import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.server.investigate.Asked;
import dev.cofre.controlplane.server.investigate.Asked.Kind;
import dev.cofre.controlplane.server.investigate.Findings;
import dev.cofre.controlplane.server.investigate.InvestigationDocument;
import dev.cofre.controlplane.server.investigate.Tracer;
import dev.cofre.controlplane.server.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /v1/audit/investigations}: what the archive knows of a key, a secret, a principal or
 * an address. Each is audited, with what it asked for. Thread-safe.
 */
final class InvestigationOperations {
  private static final Set<String> PARAMETERS =
      Set.of("key", "secret", "principal", "address", "from", "to", "limit", "timeoutMs");
  private static final long DAY_NS = TimeUnit.DAYS.toNanos(1);
  private static final long LENGTH_NS_MAX = 3_653 * DAY_NS;
  private static final int TIMEOUT_MS_DEFAULT = 30_000;

  /** Less than a connection may be idle. */
  private static final int TIMEOUT_MS_MAX = 100_000;

  private final Store store;
  private final Tracer tracer;
  private final ManagementAudit audit;

  InvestigationOperations(Store store, Tracer tracer, ManagementAudit audit) {
    this.store = store;
    this.tracer = tracer;
    this.audit = audit;
  }

  List<Route> routes() {
    return List.of(new Route(GET, "/v1/audit/investigations", AUDIT_READ, this::investigate));
  }

  private Answer investigate(Call call) {
    AuditParameters.only(call, PARAMETERS);
    Asked asked = asked(call);
    Duration limit = timeout(call);
    call.subject(call.facts().canonicalQuery());
    audit.allowed(call);
    long begunNs = System.nanoTime();
    Findings found =
        tracer.find(
            asked,
            () ->
                call.facts().isGone().getAsBoolean()
                    || System.nanoTime() - begunNs > limit.toNanos());
    return Answer.json(200, InvestigationDocument.of(found, keys -> aliases(call, keys)));
  }

  private Asked asked(Call call) {
    long toNs = Math.min(AuditParameters.time(call, "to", Long.MAX_VALUE), nowNs());
    long fromNs = AuditParameters.time(call, "from", toNs - DAY_NS);
    if (fromNs < 0 || fromNs >= toNs || toNs - fromNs > LENGTH_NS_MAX) {
      throw AuditParameters.refuse(
          "from must be after 1970 and before to, which is now at the latest, and at most ten years"
              + " before it");
    }
    List<Asked> given = new ArrayList<>();
    AuditParameters.text(call, "key")
        .ifPresent(
            key ->
                given.add(
                    new Asked(Kind.KEY, key, keyValues(call, key), fromNs, toNs, call.limit())));
    value(call, Kind.SECRET, Field.KEY, fromNs, toNs).ifPresent(given::add);
    value(call, Kind.PRINCIPAL, Field.PRINCIPAL, fromNs, toNs).ifPresent(given::add);
    value(call, Kind.ADDRESS, Field.ADDRESS, fromNs, toNs).ifPresent(given::add);
    if (given.size() != 1) {
      throw AuditParameters.refuse("give one of key, secret, principal and address");
    }
    return given.get(0);
  }

  private static Optional<Asked> value(Call call, Kind kind, Field field, long fromNs, long toNs) {
    return AuditParameters.text(call, kind.name().toLowerCase(Locale.ROOT))
        .map(
            text ->
                new Asked(kind, text, List.of(Value.of(field, text)), fromNs, toNs, call.limit()));
  }

  private long nowNs() {
    return AuditParameters.nanos(audit.now());
  }

  /**
   * Events name a key by its id; acts of management, and calls for a key that there was not, by
   * what was asked for.
   */
  private List<Value> keyValues(Call call, String asked) {
    Optional<KmsKey> key =
        store.read(
            tx ->
                CanonicalUuid.find(asked)
                    .flatMap(id -> tx.keys().find(id))
                    .filter(found -> found.tenant().equals(call.principal().tenant()))
                    .or(() -> tx.keys().find(call.principal().tenant(), asked)));
    Set<String> names = new LinkedHashSet<>(List.of(asked));
    key.ifPresent(found -> names.add(found.alias()));
    Optional<UUID> id = key.map(KmsKey::id).or(() -> CanonicalUuid.find(asked));
    id.ifPresent(known -> names.add(known.toString()));
    List<Value> values = new ArrayList<>();
    names.forEach(name -> values.add(Value.of(Field.KEY, name)));
    id.ifPresent(known -> values.add(Value.ofKey(known)));
    return values;
  }

  private Map<String, String> aliases(Call call, Set<String> keys) {
    return store.read(
        tx -> {
          Map<String, String> aliases = new HashMap<>();
          for (String key : keys) {
            CanonicalUuid.find(key)
                .flatMap(tx.keys()::find)
                .filter(found -> found.tenant().equals(call.principal().tenant()))
                .ifPresent(found -> aliases.put(key, found.alias()));
          }
          return aliases;
        });
  }

  private static Duration timeout(Call call) {
    String text =
        AuditParameters.text(call, "timeoutMs").orElse(Integer.toString(TIMEOUT_MS_DEFAULT));
    if (!text.matches("[1-9][0-9]{0,5}") || Integer.parseInt(text) > TIMEOUT_MS_MAX) {
      throw AuditParameters.refuse("timeoutMs must be a number from 1 to " + TIMEOUT_MS_MAX);
    }
    return Duration.ofMillis(Integer.parseInt(text));
  }
}
