package dev.cofre.engine.policy;

import dev.cofre.contract.snapshot.wire.Group;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.engine.persistent.PersistentMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The policies and groups of one snapshot revision. Immutable and thread-safe: {@link #edit} makes
 * the next one, in time that depends on the change alone.
 *
 * <p>Only a workload uses keys: roles that manage or audit never do, whatever a policy says
 * (invariant I6).
 *
 * <p>Concurrency: everything below is shared with the next revision and never written to; a
 * decision reads it without a lock. Statements stand in an index by each principal that they name,
 * and in others by each key, beginning of an alias and tag; a decision goes through the shorter
 * list, so neither a principal with a hundred thousand grants nor a key with as many users makes it
 * slow.
 */
public final class PolicyEvaluator {
  /** The role that uses keys. */
  public static final String WORKLOAD = "workload";

  /** Nothing is allowed. */
  public static final PolicyEvaluator NONE =
      new PolicyEvaluator(
          PersistentMap.empty(),
          Groups.NONE,
          PolicyIndex.NONE,
          PolicyIndex.NONE,
          PolicyIndex.NONE,
          PolicyIndex.NONE,
          PolicyIndex.NONE);

  private static final String[] SEE_ALL_OF_TENANT = {
    "platform-admin", "security-admin", "crypto-officer", "auditor"
  };
  private static final String APP_OWNER = "app-owner";
  private static final String ANYBODY = "*";

  /** A list of this length is gone through without looking for a shorter one. */
  private static final int SHORT = 64;

  private final PersistentMap<String, CompiledStatement[]> policies;
  private final Groups groups;

  /** By tenant: what is about every workload. Of its own, since there is hardly ever any. */
  private final PolicyIndex byAnybody;

  private final PolicyIndex byPrincipal;
  private final PolicyIndex byKey;
  private final PolicyIndex byPrefix;
  private final PolicyIndex byTag;

  private PolicyEvaluator(
      PersistentMap<String, CompiledStatement[]> policies,
      Groups groups,
      PolicyIndex byAnybody,
      PolicyIndex byPrincipal,
      PolicyIndex byKey,
      PolicyIndex byPrefix,
      PolicyIndex byTag) {
    this.policies = policies;
    this.groups = groups;
    this.byAnybody = byAnybody;
    this.byPrincipal = byPrincipal;
    this.byKey = byKey;
    this.byPrefix = byPrefix;
    this.byTag = byTag;
  }

  /** Compiles {@code policies}. */
  public static PolicyEvaluator compile(Collection<Policy> policies) {
    Editor editor = NONE.edit();
    policies.forEach(editor::put);
    return editor.done();
  }

  /** Whether {@code subject} may do {@code action} with the key in a request with {@code facts}. */
  public boolean allows(Subject subject, Action action, KeyReference key, Facts facts) {
    return decide(subject, action, key, facts.nowMs()).allows(facts);
  }

  /** What is to be remembered about {@code subject}, {@code action} and {@code key}. */
  public Decision decide(Subject subject, Action action, KeyReference key, long nowMs) {
    return decide(subject, action, key, "", nowMs);
  }

  /**
   * Whether {@code subject} may bring what was encrypted in {@code from} under {@code target}, in
   * another environment of the same tenant.
   */
  public Decision decideMove(Subject subject, String from, KeyReference target, long nowMs) {
    return decide(subject, Action.REENCRYPT, target, from, nowMs);
  }

  private Decision decide(
      Subject subject, Action action, KeyReference key, String from, long nowMs) {
    if (!subject.tenant().equals(key.tenant())) {
      return Decision.of(Decision.Outcome.UNSEEN, Long.MAX_VALUE);
    }
    Membership membership = groups.of(subject);
    About about = about(membership, key, nowMs);
    if (!sees(membership, about, key, subject)) {
      return Decision.of(Decision.Outcome.UNSEEN, about.changesMs);
    }
    if (!usesKeys(membership.roles())) {
      return Decision.of(Decision.Outcome.DENIED, about.changesMs);
    }
    return about.decide(action, from);
  }

  /** Who manages or audits never uses keys, whatever else they are. */
  static boolean usesKeys(Set<String> roles) {
    return roles.contains(WORKLOAD) && (roles.size() == 1 || !seeAllOfTenant(roles));
  }

  private static boolean seeAllOfTenant(Set<String> roles) {
    for (String role : SEE_ALL_OF_TENANT) {
      if (roles.contains(role)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a statement in force at {@code nowMs} is about bringing {@code subject}'s to key. */
  public boolean speaksOfMoves(Subject subject, KeyReference key, long nowMs) {
    return subject.tenant().equals(key.tenant())
        && about(groups.of(subject), key, nowMs).speaksOf(Action.REENCRYPT);
  }

  /** Whether {@code subject} may know that the key is there. */
  public boolean sees(Subject subject, KeyReference key, long nowMs) {
    if (!subject.tenant().equals(key.tenant())) {
      return false;
    }
    Membership membership = groups.of(subject);
    return sees(membership, about(membership, key, nowMs), key, subject);
  }

  private static boolean sees(
      Membership membership, About about, KeyReference key, Subject subject) {
    Set<String> roles = membership.roles();
    return (roles.contains(WORKLOAD) && about.mayBeUsed())
        || seeAllOfTenant(roles)
        || (roles.contains(APP_OWNER)
            && (key.owner().equals(subject.id()) || membership.references().contains(key.owner())));
  }

  /**
   * The statements that allow {@code subject} to do {@code action} with the key at {@code nowMs},
   * some of them under conditions; none when it is not allowed.
   */
  public List<CompiledStatement> grants(
      Subject subject, Action action, KeyReference key, long nowMs) {
    Membership membership = groups.of(subject);
    return subject.tenant().equals(key.tenant()) && usesKeys(membership.roles())
        ? about(membership, key, nowMs).grants(action)
        : List.of();
  }

  /**
   * Whether a statement in force at {@code nowMs} allows somebody to use {@code key} without naming
   * it: by the beginning of its alias, or by tags.
   */
  public boolean isAllowedByWildcard(KeyReference key, long nowMs) {
    for (CompiledStatement[] list : selecting(key)) {
      for (CompiledStatement statement : list) {
        if (statement.isAllow()
            && statement.isWildcard()
            && statement.isInForce(nowMs)
            && statement.selects(key)
            && !statement.namedKeys().contains(key.id())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whom {@code subject} counts as. */
  public Membership membership(Subject subject) {
    return groups.of(subject);
  }

  /** The names of the groups that list {@code reference} themselves. */
  public List<String> groupsListing(String tenant, String reference) {
    return groups.listing(tenant, reference);
  }

  /** How many policies. */
  public int size() {
    return policies.size();
  }

  /** Calls {@code action} with each policy's statements. */
  public void forEachPolicy(Consumer<CompiledStatement[]> action) {
    policies.forEachValue(action);
  }

  /** The statements of the policy with {@code id}, or null. */
  public CompiledStatement[] policy(String id) {
    return policies.get(id);
  }

  /** The statements that name {@code reference}: a principal's id or {@code group:NAME}. */
  public List<CompiledStatement> naming(String tenant, String reference) {
    return List.of(namingOne(tenant, reference));
  }

  /** The statements about one principal and one key that are in force. */
  private About about(Membership membership, KeyReference key, long nowMs) {
    About about = new About(nowMs);
    List<CompiledStatement[]> naming = naming(membership.references(), key.tenant());
    int length = length(naming);
    List<CompiledStatement[]> selecting = length <= SHORT ? List.of() : selecting(key);
    if (length <= SHORT || length <= length(selecting)) {
      for (CompiledStatement[] list : naming) {
        about.addSelecting(list, key);
      }
    } else {
      selecting.forEach(list -> about.addNaming(list, membership.references(), key));
    }
    return about;
  }

  private List<CompiledStatement[]> naming(Set<String> references, String tenant) {
    List<CompiledStatement[]> lists = new ArrayList<>(references.size() + 1);
    if (!byAnybody.isEmpty()) {
      lists.add(byAnybody.get(tenant));
    }
    for (String reference : references) {
      lists.add(byPrincipal.get(PolicyIndex.key(tenant, reference)));
    }
    return lists;
  }

  private CompiledStatement[] namingOne(String tenant, String reference) {
    return reference.equals(ANYBODY)
        ? byAnybody.get(tenant)
        : byPrincipal.get(PolicyIndex.key(tenant, reference));
  }

  /** Lists that hold every statement that selects {@code key}, and others. */
  List<CompiledStatement[]> selecting(KeyReference key) {
    List<CompiledStatement[]> lists = new ArrayList<>();
    lists.add(byKey.get(key.id()));
    if (!byPrefix.isEmpty()) {
      for (int length = 0; length <= key.alias().length(); length++) {
        String prefix = key.alias().substring(0, length);
        lists.add(byPrefix.get(PolicyIndex.key(key.tenant(), key.environment(), prefix)));
      }
    }
    if (!byTag.isEmpty()) {
      key.tags()
          .forEach(
              (tag, value) ->
                  lists.add(byTag.get(tagKey(key.tenant(), key.environment(), tag, value))));
    }
    return lists;
  }

  private static int length(List<CompiledStatement[]> lists) {
    int length = 0;
    for (CompiledStatement[] list : lists) {
      length += list.length;
    }
    return length;
  }

  private static Object tagKey(String tenant, String environment, String tag, String value) {
    return PolicyIndex.key(tenant, environment, tag, value);
  }

  /** Makes the next revision. */
  public Editor edit() {
    return new Editor(this);
  }

  /** Changes to the policies and groups. Not thread-safe. */
  public static final class Editor {
    private final PersistentMap.Editor<String, CompiledStatement[]> policies;
    private final PolicyIndex.Editor byAnybody;
    private final PolicyIndex.Editor byPrincipal;
    private final PolicyIndex.Editor byKey;
    private final PolicyIndex.Editor byPrefix;
    private final PolicyIndex.Editor byTag;
    private Groups groups;

    private Editor(PolicyEvaluator before) {
      this.policies = before.policies.edit();
      this.byAnybody = before.byAnybody.edit();
      this.byPrincipal = before.byPrincipal.edit();
      this.byKey = before.byKey.edit();
      this.byPrefix = before.byPrefix.edit();
      this.byTag = before.byTag.edit();
      this.groups = before.groups;
    }

    /** Adds {@code policy}, in place of one with its id. */
    public Editor put(Policy policy) {
      remove(policy.getId());
      CompiledStatement[] statements = CompiledStatement.of(policy);
      policies.put(policy.getId(), statements);
      for (CompiledStatement statement : statements) {
        index(statement, PolicyIndex.Editor::add);
      }
      return this;
    }

    /** Removes the policy with {@code id}, if there is one. */
    public Editor remove(String id) {
      CompiledStatement[] statements = policies.remove(id);
      if (statements != null) {
        for (CompiledStatement statement : statements) {
          index(statement, PolicyIndex.Editor::remove);
        }
      }
      return this;
    }

    /** Adds {@code group}, in place of one with its id. */
    public Editor putGroup(Group group) {
      groups = groups.with(group);
      return this;
    }

    /** Removes the group with {@code id}, if there is one. */
    public Editor removeGroup(String id) {
      groups = groups.without(id);
      return this;
    }

    /** Adds a statement to an index or removes it. */
    private interface Change {
      void in(PolicyIndex.Editor index, Object key, CompiledStatement statement);
    }

    private void index(CompiledStatement statement, Change change) {
      String tenant = statement.tenant();
      if (statement.isForAnyPrincipal()) {
        change.in(byAnybody, tenant, statement);
      }
      for (String principal : statement.principalReferences()) {
        if (principal.equals(ANYBODY)) {
          change.in(byAnybody, tenant, statement);
        } else {
          change.in(byPrincipal, PolicyIndex.key(tenant, principal), statement);
        }
      }
      for (UUID key : statement.keyIds()) {
        change.in(byKey, key, statement);
      }
      for (String prefix : statement.aliasPrefixes()) {
        change.in(byPrefix, PolicyIndex.key(tenant, statement.environment(), prefix), statement);
      }
      boolean byTagAlone = statement.keyIds().length == 0 && statement.aliasPrefixes().length == 0;
      for (Map.Entry<String, String> tag : statement.tags().entrySet()) {
        if (byTagAlone) {
          Object key = tagKey(tenant, statement.environment(), tag.getKey(), tag.getValue());
          change.in(byTag, key, statement);
        }
      }
    }

    /** The next revision; the editor must not be used any more. */
    public PolicyEvaluator done() {
      return new PolicyEvaluator(
          policies.done(),
          groups,
          byAnybody.done(),
          byPrincipal.done(),
          byKey.done(),
          byPrefix.done(),
          byTag.done());
    }
  }

  /** Who asks. */
  public interface Subject {
    /** The principal's id. */
    String id();

    /** The principal's tenant. */
    String tenant();

    /** The principal's own roles. */
    Set<String> roles();
  }

  /** Which key is asked for. */
  public interface KeyReference {
    /** The key's id. */
    UUID id();

    /** The key's tenant. */
    String tenant();

    /** The principal, {@code group:NAME} or team that owns the key. */
    String owner();

    /** The key's alias. */
    String alias();

    /** The key's environment. */
    String environment();

    /** What it is marked with. */
    Map<String, String> tags();
  }
}
