package dev.cofre.engine.request;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.audit.AuditLog;
import java.time.Clock;
import java.util.ArrayList;
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

  /** The longest name that is written down of a key that does not exist. */
  private static final int KEY_LENGTH_MAX = 256;

  private final AuditLog log;
  private final Clock clock;
  private final String node;

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
    private int items;
    private long bytes;

    void add(Batch batch, int item) {
      items++;
      bytes += batch.plaintextLength(item);
      for (String key : batch.context(item).keys()) {
        if (contextKeys.size() < EncryptionContext.PAIRS_MAX) {
          contextKeys.add(key);
        }
      }
    }
  }

  AuditTrail(AuditLog log, Clock clock, String node) {
    this.log = log;
    this.clock = clock;
    this.node = node;
  }

  /** An event of {@code action} by {@code caller}, now. */
  AuditEvent.Builder event(Caller caller, String action) {
    return AuditEvent.of(clock.instant(), node, caller.requestId(), action)
        .caller(caller.principalId(), caller.authentication(), caller.address());
  }

  /** Appends one event. */
  CompletableFuture<Void> record(AuditEvent.Builder event) {
    return log.append(event.build());
  }

  /**
   * Appends a refusal or failure of a whole request, or of so many {@code items} of one; of a
   * caller who proved nothing it is counted with the others from there.
   */
  CompletableFuture<Void> refuse(
      Caller caller, String action, String key, ProblemException problem, int items) {
    String asked =
        key == null || key.length() <= KEY_LENGTH_MAX ? key : key.substring(0, KEY_LENGTH_MAX);
    AuditEvent.Builder refused = mark(event(caller, action).key(asked), problem.code());
    AuditEvent event = (items > 1 ? refused.amount(items, 0) : refused).build();
    return caller.principal() == null ? log.countUnauthenticated(event) : log.append(event);
  }

  /**
   * Appends one event for each key version, data key and result in {@code batch}.
   *
   * <p>What a caller wrote into an envelope that failed is not told apart: nobody vouched for it,
   * and it must not decide how many events there are.
   */
  CompletableFuture<Void> record(Caller caller, String action, Batch batch) {
    if (batch.isWhole() && batch.uses().size() == 1 && batch.sharesContext()) {
      Use use = batch.uses().getFirst();
      return record(
          event(caller, action)
              .keyId(use.key().id())
              .usedDataKey(use.keyVersion(), use.dataKeyId())
              .amount(batch.size(), batch.plaintextBytes())
              .contextKeys(batch.commonContext().keys()));
    }
    Map<Group, Amount> amounts = new LinkedHashMap<>();
    for (int i = 0; i < batch.size(); i++) {
      amounts.computeIfAbsent(Group.of(batch, i), group -> new Amount()).add(batch, i);
    }
    List<AuditEvent> events = new ArrayList<>(amounts.size());
    amounts.forEach((group, amount) -> events.add(event(caller, action, group, amount)));
    return log.append(events);
  }

  private AuditEvent event(Caller caller, String action, Group group, Amount amount) {
    AuditEvent.Builder event =
        event(caller, action)
            .keyId(group.key)
            .usedDataKey(group.keyVersion, group.dataKeyId)
            .amount(amount.items, amount.bytes)
            .contextKeys(List.copyOf(amount.contextKeys));
    return (group.code == null ? event : mark(event, group.code)).build();
  }

  static AuditEvent.Builder mark(AuditEvent.Builder event, ErrorCode code) {
    return DENIALS.contains(code) ? event.denied(code.code()) : event.failed(code.code());
  }
}
