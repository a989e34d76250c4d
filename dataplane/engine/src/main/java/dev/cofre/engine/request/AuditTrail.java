package dev.cofre.engine.request;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.digest.ContextDigests;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.audit.AuditLog;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Turns what happened to a request into audit events. Thread-safe. */
final class AuditTrail {
  private static final Set<ErrorCode> DENIALS =
      Set.of(
          ErrorCode.UNAUTHENTICATED,
          ErrorCode.TOO_MANY_ATTEMPTS,
          ErrorCode.FORBIDDEN,
          ErrorCode.KEY_NOT_FOUND,
          ErrorCode.KEY_DISABLED,
          ErrorCode.KEY_EXPIRED,
          ErrorCode.KEY_NOT_YET_ACTIVE,
          ErrorCode.KEY_DEACTIVATED,
          ErrorCode.KEY_COMPROMISED,
          ErrorCode.KEY_PENDING_DESTRUCTION,
          ErrorCode.KEY_DESTROYED,
          ErrorCode.POLICY_STALE);

  /** So many events are appended as one at most, and so many contexts of events. */
  private static final int PART_EVENTS_MAX = 256;

  private static final int PART_CONTEXTS = 1_024;

  /** The longest name that is written down of a key that does not exist. */
  private static final int KEY_LENGTH_MAX = 256;

  private final AuditLog log;
  private final Clock clock;
  private final String node;
  private final ContextDigester digester;

  /** What the items of one request that share an event have in common. */
  private record Group(UUID key, int keyVersion, UUID dataKeyId, ErrorCode code) {
    static Group of(Batch batch, int item) {
      Use use = batch.use(item);
      UUID key = use == null || use.key() == null ? null : use.key().id();
      return batch.problem(item) == null
          ? new Group(key, use.keyVersion(), use.dataKeyId(), null)
          : new Group(key, -1, null, batch.problem(item).code());
    }
  }

  /** What adds up over the items of a group. */
  private static final class Amount {
    private final Set<String> contextKeys = new TreeSet<>();
    private final Set<EncryptionContext> contexts = new HashSet<>();
    private int items;
    private long bytes;

    /** Whether there is no place for one more context. */
    boolean isFullFor(EncryptionContext context) {
      return contexts.size() == ContextDigests.COUNT_MAX && !contexts.contains(context);
    }

    void add(Batch batch, int item) {
      items++;
      bytes += batch.plaintextLength(item);
      EncryptionContext context = batch.context(item);
      if (!context.isEmpty()
          && contexts.size() < ContextDigests.COUNT_MAX
          && contexts.add(context)) {
        addKeys(contextKeys, context);
      }
    }
  }

  AuditTrail(AuditLog log, Clock clock, String node, ContextDigester digester) {
    this.log = log;
    this.clock = clock;
    this.node = node;
    this.digester = digester;
  }

  private static void addKeys(Set<String> keys, EncryptionContext context) {
    for (String key : context.keys()) {
      if (keys.size() < EncryptionContext.PAIRS_MAX) {
        keys.add(key);
      }
    }
  }

  private AuditEvent.Builder event(Instant time, Caller caller, String action) {
    return AuditEvent.of(time, node, caller.requestId(), action)
        .caller(caller.principalId(), caller.authentication(), caller.address())
        .tenant(caller.tenant());
  }

  /** An event of {@code action} by an authenticated {@code caller} with {@code context}, now. */
  AuditEvent.Builder event(Caller caller, String action, EncryptionContext context) {
    Instant now = clock.instant();
    return event(now, caller, action)
        .contextKeys(context.keys())
        .contexts(digester.of(caller.tenant(), context, now));
  }

  /** Appends one event. */
  CompletableFuture<Void> record(AuditEvent.Builder event) {
    return log.append(event.build());
  }

  /**
   * Appends a refusal or failure of a whole request, or of so many {@code items} of one; of a
   * caller who proved nothing it is counted with the others from there.
   *
   * @param contexts what was sent with them; of a caller who proved nothing they are not looked at,
   *     and of more than {@link ContextDigests#COUNT_MAX} only so many are told
   */
  CompletableFuture<Void> refuse(
      Caller caller,
      String action,
      String key,
      ProblemException problem,
      int items,
      Collection<EncryptionContext> contexts) {
    String asked =
        key == null || key.length() <= KEY_LENGTH_MAX ? key : key.substring(0, KEY_LENGTH_MAX);
    Instant now = clock.instant();
    AuditEvent.Builder refused = mark(event(now, caller, action).key(asked), problem.code());
    if (caller.principal() != null) {
      contexts(refused, caller, contexts, now);
    }
    AuditEvent event = (items > 1 ? refused.amount(items, 0) : refused).build();
    return caller.principal() == null ? log.countUnauthenticated(event) : log.append(event);
  }

  private void contexts(
      AuditEvent.Builder event, Caller caller, Collection<EncryptionContext> all, Instant time) {
    Set<String> keys = new TreeSet<>();
    all.forEach(context -> addKeys(keys, context));
    event.contextKeys(List.copyOf(keys)).contexts(digester.of(caller.tenant(), all, time));
  }

  /**
   * Appends one event for each key version, data key and result in {@code batch}; several when it
   * has more than {@link ContextDigests#COUNT_MAX} contexts.
   *
   * <p>What a caller wrote into an envelope that failed is not told apart: nobody vouched for it,
   * and it must not decide how many events there are. So of items that failed alike, only the first
   * {@link ContextDigests#COUNT_MAX} contexts are told.
   */
  CompletableFuture<Void> record(Caller caller, String action, Batch batch) {
    if (batch.isWhole() && batch.uses().size() == 1 && batch.sharesContext()) {
      Use use = batch.uses().getFirst();
      return record(
          event(caller, action, batch.commonContext())
              .keyId(use.key().id())
              .usedDataKey(use.keyVersion(), use.dataKeyId())
              .amount(batch.size(), batch.plaintextBytes()));
    }
    Map<Group, Amount> amounts = new LinkedHashMap<>();
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      Group group = Group.of(batch, i);
      Amount amount = amounts.computeIfAbsent(group, first -> new Amount());
      if (group.code == null && amount.isFullFor(batch.context(i))) {
        events.add(event(caller, action, group, amount));
        amount = new Amount();
        amounts.put(group, amount);
      }
      amount.add(batch, i);
    }
    amounts.forEach((group, amount) -> events.add(event(caller, action, group, amount)));
    return append(events);
  }

  /**
   * Appends {@code events} in parts of 3 MB at most, so that each has room in a segment of {@link
   * dev.cofre.engine.audit.AuditLogConfig#SEGMENT_BYTES_FOR_BATCHES}. When there is no room for a
   * later part, the earlier ones tell of what nobody was answered.
   */
  private CompletableFuture<Void> append(List<AuditEvent> events) {
    List<CompletableFuture<Void>> written = new ArrayList<>();
    int from = 0;
    int contexts = 0;
    for (int i = 0; i < events.size(); i++) {
      ContextDigests digests = events.get(i).contexts();
      contexts += digests == null ? 0 : digests.count();
      int count = i + 1 - from;
      boolean isFull = count == PART_EVENTS_MAX || contexts >= PART_CONTEXTS;
      if (isFull || i + 1 == events.size()) {
        CompletableFuture<Void> part = log.append(events.subList(from, i + 1));
        if (part.isCompletedExceptionally() || count == events.size()) {
          return part;
        }
        written.add(part);
        from = i + 1;
        contexts = 0;
      }
    }
    return CompletableFuture.allOf(written.toArray(CompletableFuture<?>[]::new));
  }

  private AuditEvent event(Caller caller, String action, Group group, Amount amount) {
    Instant now = clock.instant();
    AuditEvent.Builder event =
        event(now, caller, action)
            .keyId(group.key)
            .usedDataKey(group.keyVersion, group.dataKeyId)
            .amount(amount.items, amount.bytes)
            .contextKeys(List.copyOf(amount.contextKeys))
            .contexts(digester.of(caller.tenant(), amount.contexts, now));
    return (group.code == null ? event : mark(event, group.code)).build();
  }

  static AuditEvent.Builder mark(AuditEvent.Builder event, ErrorCode code) {
    return DENIALS.contains(code) ? event.denied(code.code()) : event.failed(code.code());
  }
}
