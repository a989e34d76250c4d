package dev.cofre.controlplane.server.access;

import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.Map;
import java.util.UUID;

/** A key as the policy evaluator looks at it. Immutable. */
public record KeyView(KmsKey key) implements PolicyEvaluator.KeyReference {
  @Override
  public UUID id() {
    return key.id();
  }

  @Override
  public String tenant() {
    return key.tenant();
  }

  @Override
  public String owner() {
    return key.draft().owner();
  }

  @Override
  public String alias() {
    return key.alias();
  }

  @Override
  public String environment() {
    return key.draft().environment().wireName();
  }

  @Override
  public Map<String, String> tags() {
    return key.draft().tags();
  }
}
