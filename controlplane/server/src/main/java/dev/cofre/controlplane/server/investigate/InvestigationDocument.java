package dev.cofre.controlplane.server.investigate;

import dev.cofre.controlplane.server.archive.Archive;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The findings of an investigation as the API tells them. Used once, by one thread. */
public final class InvestigationDocument {
  private final Findings found;
  private final int rowsMax;

  private InvestigationDocument(Findings found) {
    this.found = found;
    this.rowsMax = found.asked().rowsMax();
  }

  /** Of {@code found}; {@code aliases} tells the names of keys, as far as they have some. */
  public static JsonObject of(Findings found, Function<Set<String>, Map<String, String>> aliases) {
    return new InvestigationDocument(found).document(aliases);
  }

  private JsonObject document(Function<Set<String>, Map<String, String>> aliases) {
    Map<String, String> names =
        aliases.apply(
            found.ledger().keys().rows().stream()
                .limit(rowsMax)
                .map(row -> row.value().key())
                .collect(Collectors.toSet()));
    Ledger ledger = found.ledger();
    return new JsonObject()
        .put(
            "subject",
            new JsonObject()
                .put("kind", found.asked().kind().name().toLowerCase(Locale.ROOT))
                .put("name", found.asked().name()))
        .put("from", Words.time(found.asked().fromNs()))
        .put("to", Words.time(found.asked().toNs()))
        .put("complete", found.isComplete())
        .put("completeTo", found.window().isWhole() ? null : Words.time(found.window().wholeToNs()))
        .put("words", new JsonArray(Words.of(found)))
        .put("total", total(ledger.all()))
        .put("unreadable", found.unreadable())
        .put("baseline", baseline())
        .put("rate", rate(ledger))
        .put("principals", table(ledger.principals(), (row, name) -> row.put("principal", name)))
        .put("addresses", table(ledger.addresses(), (row, name) -> row.put("address", name)))
        .put("actions", table(ledger.actions(), (row, name) -> row.put("action", name)))
        .put(
            "failures",
            table(
                ledger.failures(),
                (row, failure) ->
                    row.put("code", failure.code())
                        .put("outcome", failure.outcome())
                        .put("action", failure.action())))
        .put(
            "keys",
            table(
                ledger.keys(),
                (row, key) ->
                    row.put("key", key.key())
                        .put("alias", names.get(key.key()))
                        .put("version", key.version())))
        .put("dataKeys", table(ledger.dataKeys(), (row, id) -> row.put("dataKeyId", id)))
        .put(
            "secrets",
            table(
                ledger.secrets(),
                (row, secret) -> row.put("secret", secret.key()).put("version", secret.version())))
        .put("tenants", table(ledger.tenants(), (row, name) -> row.put("tenant", name)))
        .put("contextKeys", table(ledger.contextKeys(), (row, name) -> row.put("contextKey", name)))
        .put(
            "contexts", table(ledger.contexts(), (row, digest) -> row.put("contextDigest", digest)))
        .put("undigested", ledger.undigested())
        .put("examples", examples(ledger))
        .put("archive", archive());
  }

  private static JsonObject total(Count all) {
    return amounts(new JsonObject(), all);
  }

  private static JsonObject amounts(JsonObject row, Count count) {
    return row.put("events", count.events())
        .put("uses", count.uses())
        .put("denied", count.denied())
        .put("failed", count.failed())
        .put("messages", count.items())
        .put("bytes", count.bytes());
  }

  private JsonObject baseline() {
    return new JsonObject()
        .put("from", Words.time(found.baselineFromNs()))
        .put("to", Words.time(found.asked().fromNs()))
        .put("lookedAtMs", found.baselineNs() / 1_000_000)
        .put("events", found.ledger().baselineRate().sum())
        .put(
            "archiveBegins",
            found.oldestNs().isEmpty() ? null : Words.time(found.oldestNs().getAsLong()));
  }

  private static JsonObject rate(Ledger ledger) {
    return new JsonObject()
        .put("partMs", ledger.rate().partNs() / 1_000_000.0)
        .put("events", numbers(ledger.rate()))
        .put("baseline", numbers(ledger.baselineRate()));
  }

  private static JsonArray numbers(Rate rate) {
    return new JsonArray(Arrays.stream(rate.events()).boxed().toList());
  }

  /** The most rows that were asked for, and how many more there are. */
  private <K> JsonObject table(Tally<K> tally, BiConsumer<JsonObject, K> name) {
    JsonArray items = new JsonArray();
    tally.rows().stream()
        .limit(rowsMax)
        .forEach(
            row -> {
              JsonObject item = new JsonObject();
              name.accept(item, row.value());
              items.add(details(amounts(item, row.count()), row.count()));
            });
    return new JsonObject()
        .put("items", items)
        .put("distinct", tally.distinct())
        .put("estimated", tally.isEstimated())
        .put("more", tally.distinct() - items.size())
        .put("eventsNotCounted", tally.otherEvents());
  }

  /** Whether it was there before is asked of principals and addresses; of others it is unknown. */
  private static JsonObject details(JsonObject item, Count count) {
    item.put("first", Words.time(count.firstNs()))
        .put("last", Words.time(count.lastNs()))
        .put("requestId", count.requestId().orElse(null))
        .put("log", count.log().orElse(null));
    return item.put("baselineEvents", count.baselineEvents())
        .put("seenBefore", count.seen().name().toLowerCase(Locale.ROOT))
        .put(
            "lastBefore",
            count.lastBeforeNs().isEmpty() ? null : Words.time(count.lastBeforeNs().getAsLong()));
  }

  private static JsonArray examples(Ledger ledger) {
    JsonArray items = new JsonArray();
    ledger
        .examples()
        .forEach(
            example ->
                items.add(
                    new JsonObject(example.event().toJson())
                        .put("log", example.log())
                        .put("shows", example.shows())));
    return items;
  }

  /** What is not whole comes first. */
  private JsonObject archive() {
    JsonArray items = new JsonArray();
    found.logs().stream()
        .sorted(Comparator.comparing(LogState::isWhole))
        .limit(rowsMax)
        .forEach(log -> items.add(state(log)));
    return new JsonObject()
        .put("items", items)
        .put("more", found.logs().size() - items.size())
        .put("whole", found.isArchiveWhole());
  }

  private static JsonObject state(LogState log) {
    return new JsonObject()
        .put("log", log.log())
        .put("state", log.state())
        .put("missing", log.missing())
        .put("oldest", log.extent().map(Archive.Extent::oldestNs).map(Words::time).orElse(null))
        .put("newest", log.extent().map(Archive.Extent::newestNs).map(Words::time).orElse(null))
        .put("removedTo", log.removed().map(gone -> gone.newest().toString()).orElse(null))
        .put("currentAt", log.currentAt() == null ? null : log.currentAt().toString())
        .put("contactAt", log.contactAt() == null ? null : log.contactAt().toString());
  }
}
