package dev.cofre.engine.policy;

import com.google.protobuf.ByteString;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Group;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Policies, principals and keys for tests. */
final class Policies {
  static final String TENANT = "default";
  static final long NOW_MS = 1_763_769_600_000L; // Saturday, 22 November 2025, 00:00 UTC

  private Policies() {}

  record Who(String id, String tenant, Set<String> roles) implements PolicyEvaluator.Subject {}

  record Which(
      UUID id,
      String tenant,
      String owner,
      String alias,
      String environment,
      Map<String, String> tags)
      implements PolicyEvaluator.KeyReference {}

  static Who workload(String id) {
    return new Who(id, TENANT, Set.of("workload"));
  }

  static Which key(int number, String alias, String environment) {
    return new Which(new UUID(number, 1), TENANT, "team", alias, environment, Map.of());
  }

  static Policy policy(String id, PolicyStatement.Builder... statements) {
    Policy.Builder policy = Policy.newBuilder().setId(id).setName("n-" + id).setTenant(TENANT);
    for (PolicyStatement.Builder statement : statements) {
      policy.addStatements(statement);
    }
    return policy.build();
  }

  static PolicyStatement.Builder allow(String principal, String... actions) {
    return statement(Effect.EFFECT_ALLOW, principal, actions);
  }

  static PolicyStatement.Builder deny(String principal, String... actions) {
    return statement(Effect.EFFECT_DENY, principal, actions);
  }

  private static PolicyStatement.Builder statement(
      Effect effect, String principal, String... actions) {
    return PolicyStatement.newBuilder()
        .setEffect(effect)
        .addPrincipals(principal)
        .addAllActions(List.of(actions));
  }

  static ByteString id(Which key) {
    return ByteString.copyFrom(Uuids.bytes(key.id()));
  }

  static Group group(String name, List<String> members, String... roles) {
    return Group.newBuilder()
        .setId(TENANT + "/" + name)
        .setTenant(TENANT)
        .setName(name)
        .addAllMembers(members)
        .addAllRoles(List.of(roles))
        .build();
  }

  static Facts facts() {
    return facts(Map.of());
  }

  static Facts facts(Map<String, String> context) {
    return new Facts(EncryptionContext.of(context), null, AuthenticationStrength.TOKEN, NOW_MS);
  }
}
