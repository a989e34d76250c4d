package dev.cofre.engine.policy;

import static dev.cofre.engine.policy.Policies.NOW_MS;
import static dev.cofre.engine.policy.Policies.TENANT;
import static dev.cofre.engine.policy.Policies.allow;
import static dev.cofre.engine.policy.Policies.deny;
import static dev.cofre.engine.policy.Policies.facts;
import static dev.cofre.engine.policy.Policies.group;
import static dev.cofre.engine.policy.Policies.id;
import static dev.cofre.engine.policy.Policies.key;
import static dev.cofre.engine.policy.Policies.policy;
import static dev.cofre.engine.policy.Policies.workload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.engine.policy.Policies.Which;
import dev.cofre.engine.policy.Policies.Who;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which principals and keys a statement is about. */
class SelectionTest {
  private static final Which ORDERS = key(1, "orders-1", "prod");

  private static boolean allows(PolicyEvaluator policy, Which key) {
    return policy.allows(workload("app"), Action.ENCRYPT, key, facts());
  }

  @Test
  void aPatternIsForOneEnvironmentOfOneTenant() {
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(
                policy(
                    "p",
                    allow("app", "encrypt").addAliasPrefixes("orders-").setEnvironment("prod"))));
    assertTrue(allows(policy, ORDERS));
    assertFalse(allows(policy, key(2, "orders-1", "dev")), "environments are walls");
    assertFalse(allows(policy, key(3, "order", "prod")));
    Which elsewhere =
        new Which(ORDERS.id(), "other", "team", ORDERS.alias(), ORDERS.environment(), Map.of());
    assertFalse(allows(policy, elsewhere), "tenants are walls");
    assertFalse(
        policy.allows(
            new Who("app", "other", Set.of("workload")), Action.ENCRYPT, elsewhere, facts()));
  }

  @Test
  void aWildcardWithoutAnEnvironmentSelectsNothing() {
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(
                policy("p", allow("app", "encrypt").addAliasPrefixes("")),
                policy("q", allow("app", "encrypt").putTags("app", "shop"))));
    assertFalse(allows(policy, ORDERS));
    assertFalse(
        allows(policy, new Which(ORDERS.id(), TENANT, "team", "x", "prod", Map.of("app", "shop"))));
  }

  @Test
  void tagsMustAllBeTheKeys() {
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(
                policy(
                    "p",
                    allow("app", "encrypt")
                        .putTags("app", "shop")
                        .putTags("tier", "1")
                        .setEnvironment("prod"))));
    Map<String, String> both = Map.of("app", "shop", "tier", "1", "more", "x");
    assertTrue(allows(policy, new Which(ORDERS.id(), TENANT, "t", "x", "prod", both)));
    assertFalse(allows(policy, new Which(ORDERS.id(), TENANT, "t", "x", "dev", both)));
    assertFalse(
        allows(policy, new Which(ORDERS.id(), TENANT, "t", "x", "prod", Map.of("app", "shop"))));
  }

  @Test
  void groupsAreNestedAndGiveRoles() {
    PolicyEvaluator policy =
        PolicyEvaluator.NONE
            .edit()
            .put(policy("p", allow("group:all", "encrypt").addKeys(id(ORDERS))))
            .putGroup(group("all", List.of("group:shop")))
            .putGroup(group("shop", List.of("app", "boss"), "workload"))
            .done();
    Who plain = new Who("app", TENANT, Set.of());
    assertTrue(policy.allows(plain, Action.ENCRYPT, ORDERS, facts()), "a workload by its group");
    assertFalse(
        policy.allows(
            new Who("boss", TENANT, Set.of("crypto-officer")), Action.ENCRYPT, ORDERS, facts()),
        "who manages never uses, whatever groups say");
    PolicyEvaluator left = policy.edit().putGroup(group("shop", List.of("boss"))).done();
    assertFalse(left.allows(workload("app"), Action.ENCRYPT, ORDERS, facts()));
    PolicyEvaluator gone = policy.edit().removeGroup("default/all").done();
    assertFalse(gone.allows(workload("app"), Action.ENCRYPT, ORDERS, facts()));
    assertTrue(policy.allows(workload("app"), Action.ENCRYPT, ORDERS, facts()), "it never changes");
  }

  @Test
  void aCycleOfGroupsEnds() {
    PolicyEvaluator policy =
        PolicyEvaluator.NONE
            .edit()
            .putGroup(group("a", List.of("group:b", "app")))
            .putGroup(group("b", List.of("group:a")))
            .done();
    assertEquals(
        Set.of("app", "group:a", "group:b"), policy.membership(workload("app")).references());
  }

  @Test
  void anybodyMeansEveryWorkload() {
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(
                policy(
                    "p",
                    PolicyStatement.newBuilder()
                        .setEffect(dev.cofre.contract.snapshot.wire.Effect.EFFECT_ALLOW)
                        .setAnyPrincipal(true)
                        .addActions("encrypt")
                        .addKeys(id(ORDERS)))));
    assertTrue(policy.allows(workload("whoever"), Action.ENCRYPT, ORDERS, facts()));
    assertFalse(
        policy.allows(new Who("x", TENANT, Set.of("auditor")), Action.ENCRYPT, ORDERS, facts()));
  }

  @Test
  void movingBetweenEnvironmentsNeedsBothNamed() {
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(
                policy(
                    "p",
                    allow("app", "reencrypt")
                        .addKeys(id(ORDERS))
                        .setEnvironment("prod")
                        .setFromEnvironment("staging"))));
    assertTrue(policy.decideMove(workload("app"), "staging", ORDERS, NOW_MS).allows(facts()));
    assertFalse(policy.decideMove(workload("app"), "dev", ORDERS, NOW_MS).allows(facts()));
    assertFalse(
        policy.decideMove(workload("app"), "staging", key(2, "x", "prod"), NOW_MS).allows(facts()));
  }

  @Test
  void aKeyWithThousandsOfUsersAndAUserOfThousandsOfKeysAreDecidedRight() {
    List<Policy> all = new ArrayList<>();
    List<Which> keys = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      keys.add(key(100 + i, "k" + i, "prod"));
      all.add(policy("user-" + i, allow("user-" + i, "encrypt").addKeys(id(ORDERS))));
      all.add(policy("key-" + i, allow("app", "encrypt").addKeys(id(keys.get(i)))));
    }
    all.add(policy("deny", deny("app", "encrypt").addKeys(id(keys.get(7)))));
    PolicyEvaluator policy = PolicyEvaluator.compile(all);
    assertTrue(policy.allows(workload("user-77"), Action.ENCRYPT, ORDERS, facts()));
    assertFalse(policy.allows(workload("user-77"), Action.ENCRYPT, keys.get(1), facts()));
    assertTrue(allows(policy, keys.get(2_999)));
    assertFalse(allows(policy, keys.get(7)));
    assertFalse(allows(policy, ORDERS));
  }

  /** After any changes the evaluator decides as one that is compiled anew. */
  @Test
  void changesLeadWhereCompilingLeads() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Which> keys = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Map<String, String> tags = i % 3 == 0 ? Map.of("t", "v" + i % 2) : Map.of();
      keys.add(new Which(new UUID(i, 1), TENANT, "o", "k" + i, i % 2 == 0 ? "prod" : "dev", tags));
    }
    PolicyEvaluator changed = PolicyEvaluator.NONE;
    Map<String, Policy> model = new HashMap<>();
    for (int round = 0; round < 200; round++) {
      PolicyEvaluator.Editor editor = changed.edit();
      for (int i = random.nextInt(4); i >= 0; i--) {
        String id = "p" + random.nextInt(20);
        if (random.nextInt(4) == 0) {
          editor.remove(id);
          model.remove(id);
        } else {
          Policy policy = anyPolicy(id, keys, random);
          editor.put(policy);
          model.put(id, policy);
        }
      }
      changed = editor.done();
      PolicyEvaluator compiled = PolicyEvaluator.compile(model.values());
      assertEquals(model.size(), changed.size());
      for (Which key : keys) {
        for (int who = 0; who < 4; who++) {
          for (Action action : Action.values()) {
            Who subject = workload("w" + who);
            String what = "seed " + seed + " round " + round + " " + subject + key + action;
            assertEquals(
                compiled.allows(subject, action, key, facts()),
                changed.allows(subject, action, key, facts()),
                what);
            assertEquals(
                compiled.sees(subject, key, NOW_MS), changed.sees(subject, key, NOW_MS), what);
          }
        }
      }
    }
  }

  private static Policy anyPolicy(String id, List<Which> keys, Random random) {
    PolicyStatement.Builder statement =
        random.nextInt(4) == 0
            ? deny("w" + random.nextInt(4), "encrypt")
            : allow("w" + random.nextInt(4), "encrypt", "decrypt");
    switch (random.nextInt(3)) {
      case 0 -> statement.addKeys(id(keys.get(random.nextInt(keys.size()))));
      case 1 -> statement.addAliasPrefixes("k1").setEnvironment("prod");
      default -> statement.putTags("t", "v" + random.nextInt(2)).setEnvironment("dev");
    }
    return policy(id, statement);
  }
}
