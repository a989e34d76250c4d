package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.wire.ChangeSet;
import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.Group;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyDocument;
import dev.cofre.controlplane.domain.PolicyStatement;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every database must do with principals, policies and groups. */
interface AccessContract extends StoreFixture {
  @Test
  default void findsPrincipalsByTokenDigest() {
    byte[] digest = new byte[32];
    digest[0] = 1;
    Principal principal = StoreFixture.principal("app", Role.WORKLOAD);
    store()
        .change(
            tx -> {
              tx.principals().insert(principal);
              tx.principals().replaceTokens(principal, new byte[32], tx.now());
              tx.principals().replaceTokens(principal, digest, tx.now());
              return null;
            });
    assertEquals(principal, store().read(tx -> tx.principals().findByToken(digest)).orElseThrow());
    assertTrue(store().read(tx -> tx.principals().findByToken(new byte[32])).isEmpty());
    ChangeSet changes = store().read(tx -> tx.revisions().changesBetween(1, 0, 1)).getFirst();
    assertEquals(1, changes.getPrincipals(0).getTokenDigestsCount());
  }

  private static PolicyDocument document(String name, String... keys) {
    PolicyStatement statement =
        PolicyStatement.plain(
            Effect.ALLOW,
            List.of("app", "group:shop"),
            Set.of(KeyUse.ENCRYPT, KeyUse.DATA_KEY_UNWRAP),
            List.of(keys));
    return new PolicyDocument(name, "what for", LATER, List.of(statement), List.of());
  }

  @Test
  default void keepsPoliciesTheirHistoryAndTellsOfTheirRemoval() {
    KmsKey key = makeKey("orders");
    Stamp made = Stamp.created(Instant.parse("2026-06-01T12:00:00.123Z"), "admin");
    Policy policy =
        new Policy(UUID.randomUUID(), "default", document("grant", key.id().toString()), made);
    store()
        .change(
            tx -> {
              tx.principals().insert(StoreFixture.principal("app", Role.WORKLOAD));
              tx.policies().insert(policy);
              return null;
            });
    assertEquals(policy, store().read(tx -> tx.policies().find(policy.id())).orElseThrow());
    assertEquals(policy, store().read(tx -> tx.policies().find("default", "grant")).orElseThrow());
    assertEquals(List.of(policy), store().read(tx -> tx.policies().page("default", "", 5)));
    assertTrue(holds(tx -> tx.policies().isNameTaken("default", "grant")));
    Policy changed =
        policy.saying(
            document("granted", key.id().toString()), made.changed(made.createdAt(), "other"));
    store()
        .change(
            tx -> {
              tx.policies().update(changed);
              return null;
            });
    assertEquals(changed, store().read(tx -> tx.policies().find(policy.id())).orElseThrow());
    store()
        .change(
            tx -> {
              tx.policies().delete(changed, tx.now(), "third");
              return null;
            });
    assertTrue(store().read(tx -> tx.policies().find(policy.id())).isEmpty());
    List<PolicyVersion> history = store().read(tx -> tx.policies().history("default", policy.id()));
    assertEquals(
        List.of("third", "other", "admin"),
        history.stream().map(PolicyVersion::changedBy).toList());
    assertEquals(
        List.of(true, false, false), history.stream().map(PolicyVersion::removed).toList());
    assertEquals(policy.document(), history.getLast().document());
    assertTrue(store().read(tx -> tx.policies().history("other", policy.id())).isEmpty());
    ChangeSet last = store().read(tx -> tx.revisions().changesBetween(1, 3, 4)).getFirst();
    assertEquals(List.of(policy.id().toString()), last.getRemovedPoliciesList());
  }

  @Test
  default void keepsGroupsAndTellsOfThem() {
    Stamp made = Stamp.created(Instant.parse("2026-06-01T12:00:00.123Z"), "admin");
    Group group =
        new Group("default", "shop", List.of("app", "group:x"), Set.of(Role.AUDITOR), made);
    store()
        .change(
            tx -> {
              tx.groups().insert(group);
              return null;
            });
    assertEquals(group, store().read(tx -> tx.groups().find("default", "shop")).orElseThrow());
    assertEquals(List.of(group), store().read(tx -> tx.groups().page("default", "", 5)));
    Group empty =
        new Group("default", "shop", List.of(), Set.of(), made.changed(made.createdAt(), "x"));
    store()
        .change(
            tx -> {
              tx.groups().update(empty);
              return null;
            });
    assertEquals(empty, store().read(tx -> tx.groups().find("default", "shop")).orElseThrow());
    store()
        .change(
            tx -> {
              tx.groups().delete(empty);
              return null;
            });
    assertTrue(holds(tx -> tx.groups().count("default") == 0));
    ChangeSet last = store().read(tx -> tx.revisions().changesBetween(1, 2, 3)).getFirst();
    assertEquals(List.of("default/shop"), last.getRemovedGroupsList());
  }
}
