package dev.cofre.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Policy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyEvaluatorTest {
  private static final UUID KEY = UUID.randomUUID();

  private record Who(String id, String tenant, Set<String> roles)
      implements PolicyEvaluator.Subject {}

  private record Which(UUID id, String tenant, String owner)
      implements PolicyEvaluator.KeyReference {
    @Override
    public String alias() {
      return "demo";
    }

    @Override
    public String environment() {
      return "dev";
    }

    @Override
    public Map<String, String> tags() {
      return Map.of();
    }
  }

  private static final Facts FACTS =
      new Facts(EncryptionContext.EMPTY, null, AuthenticationStrength.TOKEN, 1_000);

  private static final Which DEMO = new Which(KEY, "default", "team");

  private static Policy policy(String id, Effect effect, String principal, String... actions) {
    return Policy.newBuilder()
        .setId(id)
        .setTenant("default")
        .setEffect(effect)
        .addPrincipals(principal)
        .addAllActions(List.of(actions))
        .addKeys(ByteString.copyFrom(Uuids.bytes(KEY)))
        .build();
  }

  private static Who workload(String id) {
    return new Who(id, "default", Set.of("workload"));
  }

  @Test
  void nothingIsAllowedThatNoPolicyAllows() {
    PolicyEvaluator none = PolicyEvaluator.compile(List.of());
    assertFalse(none.allows(workload("app"), Action.ENCRYPT, DEMO, FACTS));
    assertFalse(none.sees(workload("app"), DEMO, 1_000));
  }

  @Test
  void aGrantIsForItsPrincipalActionKeyAndTenantAlone() {
    PolicyEvaluator policy =
        PolicyEvaluator.compile(List.of(policy("p", Effect.EFFECT_ALLOW, "app", "encrypt")));
    assertTrue(policy.allows(workload("app"), Action.ENCRYPT, DEMO, FACTS));
    assertFalse(policy.allows(workload("app"), Action.DECRYPT, DEMO, FACTS));
    assertFalse(policy.allows(workload("other"), Action.ENCRYPT, DEMO, FACTS));
    assertFalse(
        policy.allows(
            workload("app"),
            Action.ENCRYPT,
            new Which(UUID.randomUUID(), "default", "team"),
            FACTS));
    assertFalse(
        policy.allows(
            new Who("app", "elsewhere", Set.of("workload")), Action.ENCRYPT, DEMO, FACTS));
    assertFalse(
        policy.allows(workload("app"), Action.ENCRYPT, new Which(KEY, "elsewhere", "team"), FACTS));
  }

  @Test
  void anExplicitDenyWinsInAnyOrder() {
    Policy allow = policy("a", Effect.EFFECT_ALLOW, "app", "encrypt");
    Policy deny = policy("d", Effect.EFFECT_DENY, "app", "encrypt");
    for (List<Policy> policies : List.of(List.of(allow, deny), List.of(deny, allow))) {
      assertFalse(
          PolicyEvaluator.compile(policies).allows(workload("app"), Action.ENCRYPT, DEMO, FACTS));
    }
  }

  @Test
  void anEffectOfALaterReleaseDenies() {
    Policy unknown = policy("u", Effect.EFFECT_UNSPECIFIED, "app", "encrypt");
    assertFalse(
        PolicyEvaluator.compile(List.of(unknown))
            .allows(workload("app"), Action.ENCRYPT, DEMO, FACTS));
  }

  @ParameterizedTest
  @CsvSource({
    "platform-admin,true",
    "security-admin,true",
    "crypto-officer,true",
    "auditor,true",
    "app-owner,false",
    "workload,false"
  })
  void whoManagesSeesAndNeverUses(String role, boolean sees) {
    PolicyEvaluator granted =
        PolicyEvaluator.compile(List.of(policy("p", Effect.EFFECT_ALLOW, "who", "encrypt")));
    Who who = new Who("who", "default", Set.of(role));
    assertEquals(role.equals("workload"), granted.allows(who, Action.ENCRYPT, DEMO, FACTS));
    assertEquals(sees, PolicyEvaluator.compile(List.of()).sees(who, DEMO, 1_000));
  }

  @Test
  void anOwnerSeesItsOwnKeys() {
    PolicyEvaluator none = PolicyEvaluator.compile(List.of());
    assertTrue(none.sees(new Who("team", "default", Set.of("app-owner")), DEMO, 1_000));
  }
}
