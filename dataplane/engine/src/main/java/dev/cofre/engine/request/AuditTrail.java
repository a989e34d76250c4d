package dev.cofre.engine.request;

import dev.cofre.contract.audit.AuditEvent;
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
import java.util.concurrent.CompletableFuture;

/** Turns what happened to a request into audit events. Thread-safe. */
final class AuditTrail {
  private static final Set<ErrorCode> DENIALS =
      Set.of(
          ErrorCode.UNAUTHENTICATED,
          ErrorCode.FORBIDDEN,
          ErrorCode.KEY_NOT_FOUND,
          ErrorCode.KEY_DISABLED,
          ErrorCode.KEY_PENDING_DESTRUCTION,
          ErrorCode.POLICY_STALE);

  private final AuditLog log;
  private final Clock clock;
  private final String node;

  /** What the items of one request that share an event have in common. */
  private record Group(String key, int keyVersion, String dataKeyId, ErrorCode code) {}

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

  /** Appends a refusal or failure of a whole request. */
  CompletableFuture<Void> refuse(
      Caller caller, String action, String key, ProblemException problem) {
    return record(mark(event(caller, action).key(key), problem.code()));
  }

  /** Appends one event for each key version, data key and result among {@code outcomes}. */
  CompletableFuture<Void> record(
      Caller caller, String action, List<Item> items, List<Outcome> outcomes) {
    Map<Group, long[]> amounts = new LinkedHashMap<>();
    Set<String> contextKeys = new TreeSet<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = outcomes.get(i);
      contextKeys.addAll(items.get(i).context().keys());
      String key = outcome.key() == null ? null : outcome.key().id().toString();
      ErrorCode code = outcome.problem() == null ? null : outcome.problem().code();
      long[] amount =
          amounts.computeIfAbsent(
              new Group(key, outcome.keyVersion(), outcome.dataKeyId(), code),
              group -> new long[2]);
      amount[0]++;
      amount[1] += outcome.plaintextLength();
    }
    List<AuditEvent> events = new ArrayList<>(amounts.size());
    amounts.forEach(
        (group, amount) -> {
          AuditEvent.Builder event =
              event(caller, action)
                  .key(group.key)
                  .used(group.keyVersion, group.dataKeyId)
                  .amount((int) amount[0], amount[1])
                  .contextKeys(List.copyOf(contextKeys));
          events.add((group.code == null ? event : mark(event, group.code)).build());
        });
    return log.append(events);
  }

  static AuditEvent.Builder mark(AuditEvent.Builder event, ErrorCode code) {
    return DENIALS.contains(code) ? event.denied(code.code()) : event.failed(code.code());
  }
}
