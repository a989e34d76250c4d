package dev.cofre.controlplane.server.bootstrap;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.server.keys.KeyLifecycle;
import dev.cofre.controlplane.server.policy.PolicyBook;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.engine.audit.AuditLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;

/**
 * The key {@code demo} and the policy that lets the workload {@code app} use it. Each is made when
 * it is missing, so that a kill in between is made good at the next start.
 */
public final class Demonstration {
  private static final String KEY = "demo";
  private static final String POLICY = "demo-app";
  private static final Duration LIFE = Duration.ofDays(5 * 365);

  private final Store store;
  private final KeyLifecycle lifecycle;
  private final AuditLog audit;
  private final String node;
  private final Clock clock;

  /** Makes them in {@code store} by {@code lifecycle}. */
  public Demonstration(
      Store store, KeyLifecycle lifecycle, AuditLog audit, String node, Clock clock) {
    this.store = store;
    this.lifecycle = lifecycle;
    this.audit = audit;
    this.node = node;
    this.clock = clock;
  }

  /** Makes what is missing. */
  public void run() {
    if (!store.read(tx -> tx.keys().isAliasTaken(Bootstrap.TENANT, KEY))) {
      lifecycle.create(
          draft(),
          Bootstrap.ACTOR,
          new KeyLifecycle.Making<KmsKey>(
              tx -> {},
              (tx, key) -> {
                record(ManagementAction.KEY_CREATE, key.id().toString());
                return key;
              },
              tx -> {}));
    }
    store.change(
        tx -> {
          if (!tx.policies().isNameTaken(Bootstrap.TENANT, POLICY)) {
            Policy policy = PolicyBook.add(tx, policy(), Bootstrap.TENANT, Bootstrap.ACTOR);
            record(ManagementAction.POLICY_CREATE, policy.id().toString());
          }
          return null;
        });
  }

  private KeyDraft draft() {
    return new KeyDraft(
        KEY,
        Bootstrap.TENANT,
        Environment.DEV,
        DataClass.INTERNAL,
        "app-owner",
        "first steps with Cofre",
        KeyDraft.ENCRYPT_DECRYPT,
        Protection.HSM,
        clock.instant().plus(LIFE).truncatedTo(ChronoUnit.DAYS));
  }

  private static PolicyDocument policy() {
    return new PolicyDocument(
        POLICY,
        "",
        null,
        List.of(
            PolicyStatement.plain(
                Effect.ALLOW,
                List.of(Bootstrap.WORKLOAD),
                EnumSet.complementOf(EnumSet.of(KeyUse.REENCRYPT)),
                List.of(KEY))),
        List.of());
  }

  private void record(ManagementAction action, String subject) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    audit
        .append(
            AuditEvent.of(now, node, Bootstrap.ACTOR, action.wireName())
                .caller(Bootstrap.ACTOR, "none", null)
                .key(subject)
                .build())
        .join();
  }
}
