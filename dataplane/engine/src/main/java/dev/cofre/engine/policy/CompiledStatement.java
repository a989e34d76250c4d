package dev.cofre.engine.policy;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * One statement of a policy, ready to be matched. Immutable and thread-safe.
 *
 * <p>What this release does not understand whole is a deny without conditions: a condition that is
 * not known must not make an allowance wider.
 */
public final class CompiledStatement {
  private final String policyId;
  private final String policyName;
  private final String tenant;
  private final int index;
  private final String sid;
  private final boolean allow;
  private final boolean understood;
  private final String[] principals;
  private final boolean anyPrincipal;
  private final int actions;
  private final UUID[] keys;

  /** Most statements name one key: it stands here too, where a decision looks anyway. */
  private final boolean namesOneKey;

  private final long oneKeyHigh;
  private final long oneKeyLow;
  private final String[] prefixes;
  private final Map<String, String> tags;
  private final String environment;
  private final String fromEnvironment;
  private final long notBeforeMs;
  private final long notAfterMs;
  private final Conditions conditions;

  private CompiledStatement(Policy policy, int index, PolicyStatement wire, boolean understood) {
    this.policyId = policy.getId();
    this.policyName = policy.getName();
    this.tenant = policy.getTenant().intern();
    this.index = index;
    this.sid = wire.getSid();
    this.understood = understood;
    this.allow = understood && wire.getEffect() == Effect.EFFECT_ALLOW;
    this.principals = interned(wire.getPrincipalsList());
    this.anyPrincipal = wire.getAnyPrincipal();
    this.actions = bits(wire.getActionsList());
    this.keys = uuids(wire.getKeysList());
    this.namesOneKey = keys.length == 1;
    this.oneKeyHigh = namesOneKey ? keys[0].getMostSignificantBits() : 0;
    this.oneKeyLow = namesOneKey ? keys[0].getLeastSignificantBits() : 0;
    this.prefixes = interned(wire.getAliasPrefixesList());
    this.tags = wire.getTagsCount() == 0 ? Map.of() : Map.copyOf(wire.getTagsMap());
    this.environment = wire.getEnvironment().intern();
    this.fromEnvironment = wire.getFromEnvironment().intern();
    this.notBeforeMs = understood ? wire.getNotBeforeMs() : 0;
    this.notAfterMs =
        understood ? end(policy.getNotAfterMs(), wire.getNotAfterMs()) : Long.MAX_VALUE;
    this.conditions =
        understood && !Conditions.isEmpty(wire.getConditions())
            ? new Conditions(wire.getConditions())
            : null;
  }

  /** The statements of {@code policy}; the short form of the first release is one. */
  static CompiledStatement[] of(Policy policy) {
    boolean known = policy.getUnknownFields().asMap().isEmpty();
    if (policy.getStatementsCount() == 0) {
      PolicyStatement one =
          PolicyStatement.newBuilder()
              .setEffect(policy.getEffect())
              .addAllPrincipals(policy.getPrincipalsList())
              .addAllActions(policy.getActionsList())
              .addAllKeys(policy.getKeysList())
              .build();
      return new CompiledStatement[] {new CompiledStatement(policy, 0, one, known)};
    }
    CompiledStatement[] all = new CompiledStatement[policy.getStatementsCount()];
    for (int i = 0; i < all.length; i++) {
      PolicyStatement wire = policy.getStatements(i);
      boolean understood =
          known
              && wire.getUnknownFields().asMap().isEmpty()
              && Conditions.isUnderstood(wire.getConditions());
      all[i] = new CompiledStatement(policy, i, wire, understood);
    }
    return all;
  }

  private static long end(long policyMs, long statementMs) {
    return Math.min(
        policyMs == 0 ? Long.MAX_VALUE : policyMs, statementMs == 0 ? Long.MAX_VALUE : statementMs);
  }

  private static String[] interned(List<String> texts) {
    return texts.stream().map(String::intern).toArray(String[]::new);
  }

  private static int bits(List<String> names) {
    int bits = 0;
    for (String name : names) {
      Action action = Action.of(name);
      bits |= action == null ? 0 : action.bit();
    }
    return bits;
  }

  private static UUID[] uuids(List<ByteString> ids) {
    UUID[] uuids = new UUID[ids.size()];
    for (int i = 0; i < uuids.length; i++) {
      uuids[i] = Uuids.get(ids.get(i).toByteArray(), 0);
    }
    Arrays.sort(uuids);
    return uuids;
  }

  /** Whether it is about one of {@code references}: an id and the groups it is in. */
  boolean names(Collection<String> references) {
    if (anyPrincipal) {
      return true;
    }
    for (String principal : principals) {
      if (references.contains(principal)) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is about {@code key}. */
  boolean selects(PolicyEvaluator.KeyReference key) {
    return tenant.equals(key.tenant())
        && (environment.isEmpty() || environment.equals(key.environment()))
        && isNamed(key)
        && (tags.isEmpty() || key.tags().entrySet().containsAll(tags.entrySet()));
  }

  private boolean isNamed(PolicyEvaluator.KeyReference key) {
    if (namesKey(key.id())) {
      return true;
    }
    if (environment.isEmpty()) {
      return false; // environments are walls: no wildcard is over all of them
    }
    if (keys.length == 0 && prefixes.length == 0) {
      return !tags.isEmpty();
    }
    for (String prefix : prefixes) {
      if (key.alias().startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private boolean namesKey(UUID key) {
    return namesOneKey
        ? key.getMostSignificantBits() == oneKeyHigh && key.getLeastSignificantBits() == oneKeyLow
        : keys.length > 0 && Arrays.binarySearch(keys, key) >= 0;
  }

  /** Whether it is about {@code action}; to re-encrypt it matters from which environment. */
  boolean covers(Action action, String from) {
    return (actions & action.bit()) != 0
        && (action != Action.REENCRYPT || fromEnvironment.equals(from));
  }

  /** Whether it is about {@code action} at all. */
  boolean isAbout(Action action) {
    return (actions & action.bit()) != 0;
  }

  int actions() {
    return actions;
  }

  /** Whether it is in force at {@code timeMs}, UTC milliseconds. */
  public boolean isInForceAt(long timeMs) {
    return isInForce(timeMs);
  }

  /** The keys that it names one by one. */
  public List<UUID> namedKeys() {
    return List.of(keys);
  }

  /** What it selects other keys by, each as text: {@code orders-*}, or {@code app=shop}. */
  public List<String> patterns() {
    if (keys.length == 0 && prefixes.length == 0) {
      return List.of(
          tags.entrySet().stream()
              .map(tag -> tag.getKey() + "=" + tag.getValue())
              .sorted()
              .collect(Collectors.joining(",")));
    }
    return Arrays.stream(prefixes).map(prefix -> prefix + "*").toList();
  }

  boolean isInForce(long nowMs) {
    return nowMs >= notBeforeMs && nowMs < notAfterMs;
  }

  /** When {@link #isInForce} changes next after {@code nowMs}. */
  long changesAfterMs(long nowMs) {
    return nowMs < notBeforeMs ? notBeforeMs : nowMs < notAfterMs ? notAfterMs : Long.MAX_VALUE;
  }

  boolean holds(Facts facts) {
    return conditions == null || conditions.hold(facts);
  }

  Truth truth(PastFacts past) {
    return conditions == null ? Truth.TRUE : conditions.truth(past);
  }

  /** Conditions on the use itself, or null. */
  Conditions conditions() {
    return conditions;
  }

  boolean isUnderstood() {
    return understood;
  }

  String[] principalReferences() {
    return principals;
  }

  UUID[] keyIds() {
    return keys;
  }

  String[] aliasPrefixes() {
    return prefixes;
  }

  Map<String, String> tags() {
    return tags;
  }

  String tenant() {
    return tenant;
  }

  /** The environment that keys must have; empty: any. */
  public String environment() {
    return environment;
  }

  /** Whether it is about every workload of the tenant. */
  public boolean isForAnyPrincipal() {
    return anyPrincipal;
  }

  /** The principals and groups that it names. */
  public List<String> principals() {
    return List.of(principals);
  }

  /** The names of the actions that it is about. */
  public List<String> actionNames() {
    return Arrays.stream(Action.values())
        .filter(action -> (actions & action.bit()) != 0)
        .map(Action::text)
        .toList();
  }

  /** Whether it selects keys by the beginning of their alias or by tag. */
  public boolean isWildcard() {
    return keys.length == 0 || prefixes.length > 0;
  }

  /** Whether it depends on the request itself. */
  public boolean isConditional() {
    return conditions != null;
  }

  /** Whether it allows; else it denies. */
  public boolean isAllow() {
    return allow;
  }

  /** From when on it is not in force any more, UTC milliseconds. */
  public long notAfterMs() {
    return notAfterMs;
  }

  /** The policy's id. */
  public String policyId() {
    return policyId;
  }

  /** The policy's name; empty for one of the first release. */
  public String policyName() {
    return policyName;
  }

  /** Its place in the policy, from 0. */
  public int index() {
    return index;
  }

  /** The author's name for it, or empty. */
  public String sid() {
    return sid;
  }

  @Override
  public String toString() {
    return policyId + "/" + index;
  }
}
