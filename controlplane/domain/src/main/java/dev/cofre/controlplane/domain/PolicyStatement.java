package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which principals may or must not do which actions with which keys, and when. Immutable.
 *
 * @param sid the author's name for it; empty when there is none
 * @param principals ids, and {@code group:NAME}
 * @param anyPrincipal every workload of the tenant, in place of {@code principals}
 * @param keys ids or aliases, and patterns: the beginning of an alias and a {@code *}
 * @param tags all must be the key's
 * @param environment the keys'; null when all of them are named
 * @param fromEnvironment the source's, for {@link KeyUse#REENCRYPT}; else null
 * @param notBefore when it begins; null: at once
 * @param notAfter when it ends by itself; null: it does not
 */
public record PolicyStatement(
    String sid,
    Effect effect,
    List<String> principals,
    boolean anyPrincipal,
    Set<KeyUse> actions,
    List<String> keys,
    Map<String, String> tags,
    Environment environment,
    Environment fromEnvironment,
    Instant notBefore,
    Instant notAfter,
    PolicyConditions conditions) {
  /** How a group is written among principals. */
  public static final String GROUP = "group:";

  /** Takes copies. */
  public PolicyStatement {
    principals = List.copyOf(principals);
    actions = Set.copyOf(actions);
    keys = List.copyOf(keys);
    tags = Map.copyOf(tags);
  }

  /** An allowance or denial of named uses of named keys by named principals, and nothing else. */
  public static PolicyStatement plain(
      Effect effect, List<String> principals, Set<KeyUse> actions, List<String> keys) {
    return new PolicyStatement(
        "",
        effect,
        principals,
        false,
        EnumSet.copyOf(actions),
        keys,
        Map.of(),
        null,
        null,
        null,
        null,
        PolicyConditions.NONE);
  }

  /** The same about {@code named}. */
  public PolicyStatement about(List<String> named) {
    return new PolicyStatement(
        sid,
        effect,
        principals,
        anyPrincipal,
        actions,
        named,
        tags,
        environment,
        fromEnvironment,
        notBefore,
        notAfter,
        conditions);
  }

  /** Whether {@code key} is a pattern, and no id or alias. */
  public static boolean isPattern(String key) {
    return key.endsWith("*");
  }

  /** Whether it selects keys that it does not name one by one. */
  public boolean isWildcard() {
    return keys.isEmpty() || keys.stream().anyMatch(PolicyStatement::isPattern);
  }
}
