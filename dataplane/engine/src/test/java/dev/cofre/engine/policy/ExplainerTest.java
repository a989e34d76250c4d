package dev.cofre.engine.policy;

import static dev.cofre.engine.policy.Policies.NOW_MS;
import static dev.cofre.engine.policy.Policies.TENANT;
import static dev.cofre.engine.policy.Policies.allow;
import static dev.cofre.engine.policy.Policies.deny;
import static dev.cofre.engine.policy.Policies.facts;
import static dev.cofre.engine.policy.Policies.id;
import static dev.cofre.engine.policy.Policies.key;
import static dev.cofre.engine.policy.Policies.policy;
import static dev.cofre.engine.policy.Policies.workload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.wire.ContextCondition;
import dev.cofre.contract.snapshot.wire.PolicyConditions;
import dev.cofre.engine.policy.Policies.Which;
import dev.cofre.engine.policy.Policies.Who;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExplainerTest {
  private static final Which KEY = key(1, "demo", "prod");
  private static final PolicyConditions TEAM =
      PolicyConditions.newBuilder()
          .addContext(ContextCondition.newBuilder().setKey("team").addValues("secret-team"))
          .build();
  private final PolicyEvaluator policy =
      PolicyEvaluator.compile(
          List.of(
              policy(
                  "p",
                  allow("app", "encrypt").setSid("first").addKeys(id(KEY)).setConditions(TEAM),
                  allow("app", "decrypt").addKeys(id(KEY)).setNotAfterMs(NOW_MS)),
              policy("q", deny("other", "encrypt").addKeys(id(KEY)))));

  private Explanation explain(
      PolicyEvaluator.Subject who, Action action, Map<String, String> context) {
    return new Explainer(policy).explain(who, action, KEY, "", facts(context));
  }

  @Test
  void namesTheStatementThatAllows() {
    Explanation explanation =
        explain(workload("app"), Action.ENCRYPT, Map.of("team", "secret-team"));
    assertTrue(explanation.allowed());
    assertEquals(0, explanation.deciding().index());
    assertEquals(
        "statement 0 (first) of policy n-p allows it, and nothing denies it", explanation.reason());
    assertEquals(3, explanation.findings().size());
  }

  @Test
  void namesTheConditionThatFailsWithoutItsValues() {
    Explanation explanation = explain(workload("app"), Action.ENCRYPT, Map.of());
    assertFalse(explanation.allowed());
    assertTrue(explanation.seen());
    assertEquals(
        "no statement allows it; nearest is statement 0 (first) of policy n-p, but the encryption"
            + " context's team has another value than asked for, or none",
        explanation.reason());
    assertFalse(explanation.toString().contains("secret-team"));
  }

  @Test
  void tellsOfEndsDenialsAndRoles() {
    Explanation ended = explain(workload("app"), Action.DECRYPT, Map.of());
    assertTrue(
        ended.findings().stream().anyMatch(finding -> "it has ended".equals(finding.unmet())),
        ended.toString());
    assertEquals(
        "statement 0 of policy n-q denies it",
        explain(workload("other"), Action.ENCRYPT, Map.of()).reason());
    Explanation officer =
        explain(new Who("app", TENANT, Set.of("crypto-officer")), Action.ENCRYPT, Map.of());
    assertTrue(officer.seen());
    assertEquals("the principal is no workload, and only workloads use keys", officer.reason());
    Explanation stranger = explain(workload("stranger"), Action.ENCRYPT, Map.of());
    assertFalse(stranger.seen());
  }
}
