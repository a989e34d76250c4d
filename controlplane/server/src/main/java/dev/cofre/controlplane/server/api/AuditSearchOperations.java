package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_READ;
import static io.vertx.core.http.HttpMethod.GET;

import dev.cofre.contract.audit.RecordFields.Field;
import dev.cofre.contract.audit.RecordFields.Value;
import dev.cofre.contract.encoding.Hex;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.EventPlace;
import dev.cofre.controlplane.server.archive.EventQuery;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/** The routes that read the archive of audit events; each reading is audited. Thread-safe. */
final class AuditSearchOperations {
  private static final int AT_ONCE_MAX = 4;
  private static final Set<String> PARAMETERS =
      Set.of(
          "key",
          "principal",
          "tenant",
          "address",
          "action",
          "outcome",
          "context",
          "from",
          "to",
          "cursor",
          "limit");

  /** What POST /v1/audit/context-digests answers has no more. */
  private static final int CONTEXT_MAX = 3_000;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Store store;
  private final Archive archive;
  private final ManagementAudit audit;
  private final Semaphore running = new Semaphore(AT_ONCE_MAX);

  AuditSearchOperations(Store store, Archive archive, ManagementAudit audit) {
    this.store = store;
    this.archive = archive;
    this.audit = audit;
  }

  List<Route> routes() {
    return List.of(new Route(GET, "/v1/audit/events", AUDIT_READ, this::search));
  }

  private Answer search(Call call) {
    AuditParameters.only(call, PARAMETERS);
    EventQuery query =
        new EventQuery(
            alternatives(call),
            AuditParameters.time(call, "from", Long.MIN_VALUE),
            AuditParameters.time(call, "to", Long.MAX_VALUE),
            cursor(call),
            call.limit());
    call.subject(call.facts().canonicalQuery());
    audit.allowed(call);
    if (!running.tryAcquire()) {
      throw new ProblemException(
          ErrorCode.OVERLOADED, "as many searches run as may; try again later");
    }
    try {
      return answer(archive.search(query), query.fromNs());
    } catch (IOException e) {
      throw new UncheckedIOException("the archive cannot be read", e);
    } finally {
      running.release();
    }
  }

  /** An event names a key by its id, or by what was asked for when there was no such key. */
  private List<List<Value>> alternatives(Call call) {
    List<Value> all = new ArrayList<>();
    value(call, "principal", Field.PRINCIPAL).ifPresent(all::add);
    value(call, "tenant", Field.TENANT).ifPresent(all::add);
    value(call, "address", Field.ADDRESS).ifPresent(all::add);
    value(call, "action", Field.ACTION).ifPresent(all::add);
    value(call, "outcome", Field.OUTCOME).ifPresent(all::add);
    Optional<String> key = AuditParameters.text(call, "key");
    List<List<Value>> keys = new ArrayList<>();
    if (key.isPresent()) {
      keys.add(with(all, List.of(Value.of(Field.KEY, key.get()))));
      id(call, key.get()).ifPresent(id -> keys.add(with(all, List.of(Value.ofKey(id)))));
    } else {
      keys.add(all);
    }
    List<List<Value>> contexts = contexts(call);
    return keys.stream()
        .flatMap(values -> contexts.stream().map(digests -> with(values, digests)))
        .toList();
  }

  private static List<Value> with(List<Value> values, List<Value> more) {
    List<Value> all = new ArrayList<>(values);
    all.addAll(more);
    return all;
  }

  /** Alternatives, each of which is digests that an event has all of; one without any: all. */
  private static List<List<Value>> contexts(Call call) {
    String text = call.facts().query().get("context");
    if (text == null) {
      return List.of(List.of());
    }
    List<List<Value>> alternatives = new ArrayList<>();
    for (String alternative : text.split(",", -1)) {
      List<Value> digests = new ArrayList<>();
      for (String digest : alternative.split("\\.", -1)) {
        if (text.length() > CONTEXT_MAX || !DIGEST.matcher(digest).matches()) {
          throw AuditParameters.refuse(
              "context must be what query was in the answer of POST /v1/audit/context-digests");
        }
        digests.add(Value.ofDigest(Hex.decode(digest)));
      }
      alternatives.add(digests);
    }
    return alternatives;
  }

  private Optional<UUID> id(Call call, String key) {
    return CanonicalUuid.find(key)
        .or(() -> store.read(tx -> tx.keys().find(call.principal().tenant(), key)).map(KmsKey::id));
  }

  private static Optional<Value> value(Call call, String name, Field field) {
    try {
      return AuditParameters.text(call, name).map(text -> Value.of(field, text));
    } catch (IllegalArgumentException e) {
      throw AuditParameters.refuse("outcome must be allowed, denied or failed");
    }
  }

  private static Optional<EventPlace> cursor(Call call) {
    try {
      return AuditParameters.text(call, "cursor").map(EventPlace::ofCursor);
    } catch (IllegalArgumentException e) {
      throw AuditParameters.refuse("cursor must be what next was in the page before");
    }
  }

  private Answer answer(Archive.Page page, long fromNs) {
    JsonArray items = new JsonArray();
    for (Archive.Entry entry : page.entries()) {
      items.add(new JsonObject(entry.event().toJson()).put("log", entry.place().origin()));
    }
    return Answer.json(
        200,
        new JsonObject()
            .put("items", items)
            .put("next", page.next().map(EventPlace::toCursor).orElse(null))
            .put("removed", removed(fromNs)));
  }

  /** What retention has removed of the time that is asked for, by log. */
  private JsonArray removed(long fromNs) {
    JsonArray removed = new JsonArray();
    for (String log : archive.origins()) {
      archive
          .removed(log)
          .filter(gone -> isAfter(gone.newest(), fromNs))
          .ifPresent(
              gone ->
                  removed.add(
                      new JsonObject()
                          .put("log", log)
                          .put("events", gone.events())
                          .put("to", gone.newest().toString())));
    }
    return removed;
  }

  private static boolean isAfter(Instant time, long fromNs) {
    try {
      return AuditParameters.nanos(time) >= fromNs;
    } catch (ArithmeticException e) {
      return true;
    }
  }
}
