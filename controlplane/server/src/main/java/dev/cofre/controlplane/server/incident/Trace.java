package dev.cofre.controlplane.server.incident;

import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.server.investigate.Asked;
import dev.cofre.controlplane.server.investigate.Findings;
import dev.cofre.controlplane.server.investigate.InvestigationDocument;
import dev.cofre.controlplane.server.investigate.Ledger;
import dev.cofre.controlplane.server.investigate.Tally;
import dev.cofre.controlplane.server.investigate.Tracer;
import dev.cofre.controlplane.server.investigate.Words;
import dev.cofre.controlplane.server.store.LeaseTable;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Finds out who read what leaked, or what a principal read. Thread-safe; blocks. */
final class Trace {
  /** So many readers, and versions of secrets, are told. */
  static final int ROWS_MAX = 200;

  /** Rows of a table of the investigation, of which one holds some ten. */
  private static final int TABLE_ROWS_MAX = 50;

  private static final String ITEMS = "items";
  private static final String MORE = "more";

  private final Store store;
  private final Tracer tracer;

  Trace(Store store, Tracer tracer) {
    this.store = store;
    this.tracer = tracer;
  }

  /**
   * What was found.
   *
   * @param json as answers have it
   * @param secrets the names of those that a principal read, each once
   * @param isWhole whether all that this archive holds was looked at, and all known logs are in it
   *     whole
   */
  record Found(JsonObject json, List<String> secrets, boolean isWhole) {}

  /**
   * Looks.
   *
   * @param stop is asked now and then, and ends it; what was not looked at is told then
   */
  Found find(String tenant, IncidentDraft draft, Instant now, BooleanSupplier stop) {
    return draft.kind() == Incident.Kind.ROLE
        ? holders(tenant, draft)
        : investigated(draft, now, stop);
  }

  /** Leases name their role in no event by itself; the store has those of the last 30 days. */
  private Found holders(String tenant, IncidentDraft draft) {
    List<LeaseTable.Holder> found =
        store.read(
            tx ->
                tx.leases()
                    .holders(
                        Targets.leases(tx, tenant, draft.kind(), draft.subject()),
                        draft.since(),
                        ROWS_MAX + 1));
    JsonArray items = new JsonArray();
    found.stream()
        .limit(ROWS_MAX)
        .forEach(
            one ->
                items.add(
                    new JsonObject()
                        .put("principal", one.principal())
                        .put("reads", one.leases())
                        .put("first", one.first().toString())
                        .put("last", one.last().toString())
                        .put("seenBefore", "unknown")));
    boolean isMore = found.size() > ROWS_MAX;
    String words =
        found.isEmpty()
            ? "Nobody had a lease of "
                + draft.subject()
                + " since "
                + draft.since()
                + " (leases that ended are known for 30 days)."
            : (isMore ? "More than " + ROWS_MAX : Counts.of(found.size(), "principal"))
                + " had credentials of "
                + draft.subject()
                + " since "
                + draft.since()
                + " (leases that ended are known for 30 days).";
    JsonObject json =
        new JsonObject()
            .put("complete", true)
            .put("words", new JsonArray().add(words))
            .put("readers", new JsonObject().put(ITEMS, items).put(MORE, isMore ? 1 : 0))
            .put("secretsRead", none())
            .putNull("investigation");
    return new Found(json, List.of(), true);
  }

  private static JsonObject none() {
    return new JsonObject().put(ITEMS, new JsonArray()).put(MORE, 0);
  }

  private Found investigated(IncidentDraft draft, Instant now, BooleanSupplier stop) {
    boolean ofSecret = draft.kind() == Incident.Kind.SECRET;
    Asked asked =
        new Asked(
            ofSecret ? Asked.Kind.SECRET : Asked.Kind.PRINCIPAL,
            draft.subject(),
            List.of(Value.of(ofSecret ? Field.KEY : Field.PRINCIPAL, draft.subject())),
            nanos(draft.since()),
            nanos(now),
            TABLE_ROWS_MAX);
    Findings findings = tracer.find(asked, stop);
    Ledger ledger = findings.ledger();
    boolean isWhole = findings.isComplete() && findings.isArchiveWhole();
    JsonObject json =
        new JsonObject()
            .put("complete", isWhole)
            .put("words", new JsonArray(Words.of(findings)))
            .put("readers", ofSecret ? readers(ledger.principals()) : none())
            .put("secretsRead", ofSecret ? none() : secretsRead(ledger.secrets()))
            .put("investigation", InvestigationDocument.of(findings, keys -> Map.of()));
    List<String> names =
        ofSecret
            ? List.of()
            : ledger.secrets().rows().stream().map(row -> row.value().key()).distinct().toList();
    return new Found(json, names, isWhole);
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  /** Who never got the value is no reader, whatever else they did. */
  private static JsonObject readers(Tally<String> principals) {
    List<Tally.Row<String>> readers =
        principals.rows().stream().filter(row -> row.count().uses() > 0).toList();
    JsonArray items =
        readers.stream()
            .limit(ROWS_MAX)
            .map(
                row ->
                    new JsonObject()
                        .put("principal", row.value())
                        .put("reads", row.count().uses())
                        .put("first", Words.time(row.count().firstNs()))
                        .put("last", Words.time(row.count().lastNs()))
                        .put("seenBefore", row.count().seen().name().toLowerCase(Locale.ROOT)))
            .collect(JsonArray::new, JsonArray::add, JsonArray::addAll);
    return table(items, readers.size() + principals.distinct() - principals.rows().size());
  }

  private static JsonObject secretsRead(Tally<Ledger.KeyVersion> secrets) {
    JsonArray items =
        secrets.rows().stream()
            .limit(ROWS_MAX)
            .map(
                row ->
                    new JsonObject()
                        .put("secret", row.value().key())
                        .put("version", row.value().version())
                        .put("reads", row.count().events())
                        .put("first", Words.time(row.count().firstNs()))
                        .put("last", Words.time(row.count().lastNs())))
            .collect(JsonArray::new, JsonArray::add, JsonArray::addAll);
    return table(items, secrets.distinct());
  }

  private static JsonObject table(JsonArray items, long all) {
    return new JsonObject().put(ITEMS, items).put(MORE, Math.max(0, all - items.size()));
  }

  /** The names of {@code secrets} in a line. */
  static String names(List<String> secrets, int most) {
    return secrets.stream().limit(most).collect(Collectors.joining(", "))
        + (secrets.size() > most ? " and " + (secrets.size() - most) + " more" : "");
  }
}
