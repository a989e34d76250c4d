package dev.cofre.engine.policy;

import static dev.cofre.engine.policy.Policies.NOW_MS;
import static dev.cofre.engine.policy.Policies.allow;
import static dev.cofre.engine.policy.Policies.deny;
import static dev.cofre.engine.policy.Policies.id;
import static dev.cofre.engine.policy.Policies.key;
import static dev.cofre.engine.policy.Policies.policy;
import static dev.cofre.engine.policy.Policies.workload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.snapshot.wire.ContextCondition;
import dev.cofre.contract.snapshot.wire.PolicyConditions;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.contract.snapshot.wire.SourceNetwork;
import dev.cofre.engine.policy.Policies.Which;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is said of a request of which not all is known is true of the request. */
class PastFactsTest {
  private static final Which KEY = key(1, "demo", "prod");
  private static final List<String> NAMES = List.of("team", "shop", "id");

  private static PolicyConditions conditions(Random random) {
    PolicyConditions.Builder conditions = PolicyConditions.newBuilder();
    for (String name : NAMES) {
      switch (random.nextInt(5)) {
        case 0 ->
            conditions.addContext(
                ContextCondition.newBuilder().setKey(name).addValues("" + random.nextInt(2)));
        case 1 ->
            conditions.addContext(
                ContextCondition.newBuilder().setKey(name).setPresent(random.nextBoolean()));
        default -> {}
      }
    }
    if (random.nextInt(4) == 0) {
      conditions.addNetworks(
          SourceNetwork.newBuilder()
              .setAddress(ByteString.copyFrom(Network.parse("10.0.0.0")))
              .setPrefixLength(8));
    }
    return conditions.build();
  }

  private static Facts facts(Random random) {
    Map<String, String> context = new TreeMap<>();
    for (String name : NAMES) {
      if (random.nextBoolean()) {
        context.put(name, "" + random.nextInt(2));
      }
    }
    return Facts.of(
        EncryptionContext.of(context),
        random.nextBoolean() ? "10.1.1.1" : "192.0.2.1",
        AuthenticationStrength.TOKEN,
        NOW_MS);
  }

  @Test
  void whatIsKnownIsSo() {
    Random random = new Random(17);
    EnumMap<Truth, Integer> known = new EnumMap<>(Truth.class);
    EnumMap<Truth, Integer> blind = new EnumMap<>(Truth.class);
    for (int round = 0; round < 3_000; round++) {
      PolicyStatement.Builder[] statements = new PolicyStatement.Builder[1 + random.nextInt(3)];
      for (int i = 0; i < statements.length; i++) {
        PolicyStatement.Builder statement =
            i == 0 || random.nextBoolean() ? allow("app", "encrypt") : deny("app", "encrypt");
        statements[i] = statement.addKeys(id(KEY)).setConditions(conditions(random));
      }
      Decision decision =
          PolicyEvaluator.compile(List.of(policy("p", statements)))
              .decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS);
      Facts facts = facts(random);
      boolean allowed = decision.allows(facts);
      Facts past = facts.with(EncryptionContext.EMPTY);
      Truth byKeys =
          decision.truth(new PastFacts(past, Optional.of(Set.copyOf(facts.context().keys()))));
      Truth byNothing = decision.truth(new PastFacts(past, Optional.empty()));
      for (Truth truth : List.of(byKeys, byNothing)) {
        assertTrue(truth == Truth.UNKNOWN || truth == Truth.of(allowed), "round " + round);
      }
      known.merge(byKeys, 1, Integer::sum);
      blind.merge(byNothing, 1, Integer::sum);
      assertTrue(byNothing == Truth.UNKNOWN || byNothing == byKeys, "less is known of less");
    }
    assertEquals(3, known.size(), known::toString);
    assertTrue(known.get(Truth.UNKNOWN) < blind.get(Truth.UNKNOWN), blind::toString);
  }

  @Test
  void aRateIsNeverKnown() {
    Decision decision =
        PolicyEvaluator.compile(
                List.of(
                    policy(
                        "p",
                        allow("app", "encrypt")
                            .addKeys(id(KEY))
                            .setConditions(PolicyConditions.newBuilder().setPerSecond(1)))))
            .decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS);
    Facts facts =
        Facts.of(EncryptionContext.EMPTY, "10.1.1.1", AuthenticationStrength.TOKEN, NOW_MS);
    assertEquals(Truth.UNKNOWN, decision.truth(new PastFacts(facts, Optional.of(Set.of()))));
  }

  @Test
  void decisionsOfTheSameStatementsAreTheSame() {
    PolicyConditions team =
        PolicyConditions.newBuilder()
            .addContext(ContextCondition.newBuilder().setKey("team").addValues("a"))
            .build();
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(policy("p", allow("app", "encrypt").addKeys(id(KEY)).setConditions(team))));
    PolicyEvaluator elsewhere =
        policy.edit().put(policy("q", allow("other", "encrypt").addKeys(id(KEY)))).done();
    PolicyEvaluator touched =
        policy
            .edit()
            .put(policy("q", deny("app", "encrypt").addKeys(id(KEY)).setConditions(team)))
            .done();
    Decision decision = policy.decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS);
    assertTrue(decision.isSameAs(elsewhere.decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS)));
    assertFalse(decision.isSameAs(touched.decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS)));
  }
}
