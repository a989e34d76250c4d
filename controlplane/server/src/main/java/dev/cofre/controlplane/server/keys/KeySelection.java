package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.access.KeyView;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Finds keys by id or alias, and those that a principal may see. Stateless. */
public final class KeySelection {
  /** How many keys are looked at for one page. */
  static final int SCANNED_MAX = 10_000;

  private static final int READ_AT_ONCE = 100;

  private KeySelection() {}

  /** The key of {@code tenant} with the id or else the alias {@code name}. */
  public static Optional<KmsKey> find(Transaction tx, String tenant, String name) {
    Optional<KmsKey> byId =
        CanonicalUuid.find(name)
            .flatMap(id -> tx.keys().find(id))
            .filter(key -> key.tenant().equals(tenant));
    return byId.isPresent() ? byId : tx.keys().find(tenant, name);
  }

  /** The key {@code name}, when {@code caller} may see it. */
  public static Optional<KmsKey> visible(Transaction tx, Principal caller, String name) {
    return find(tx, caller.tenant(), name).filter(sees(tx, caller));
  }

  /**
   * Some keys.
   *
   * @param next the alias after which the next page begins; null at the end
   */
  public record Page(List<KmsKey> keys, String next) {}

  /**
   * The first {@code limit} keys that {@code caller} may see and {@code filter} lets pass, by alias
   * after {@code after}. After {@value #SCANNED_MAX} keys of others a page ends, be it empty.
   */
  public static Page page(
      Transaction tx, Principal caller, KeyFilter filter, String after, int limit) {
    Predicate<KmsKey> wanted = filter.and(sees(tx, caller));
    int atOnce = Math.max(limit + 1, READ_AT_ONCE);
    List<KmsKey> page = new ArrayList<>();
    String from = after;
    for (int scanned = 0; scanned < SCANNED_MAX; scanned += atOnce) {
      List<KmsKey> read = tx.keys().page(caller.tenant(), from, atOnce);
      for (KmsKey key : read) {
        if (!wanted.test(key)) {
          continue;
        }
        if (page.size() == limit) {
          return new Page(page, page.getLast().alias());
        }
        page.add(key);
      }
      if (read.size() < atOnce) {
        return new Page(page, null);
      }
      from = read.getLast().alias();
    }
    return new Page(page, from);
  }

  private static Predicate<KmsKey> sees(Transaction tx, Principal caller) {
    if (Permissions.seesAllKeys(caller)) {
      return key -> true;
    }
    PolicyEvaluator policy = tx.live().policy();
    Subject subject = Subject.of(caller);
    long nowMs = tx.now().toEpochMilli();
    return key -> policy.sees(subject, new KeyView(key), nowMs);
  }

  /**
   * What an audit event's subject is about: all of it, and what stands before a version ({@code
   * KEY/3}) or a remark ({@code KEY/3 recipient ...}).
   */
  public static Set<String> named(String subject) {
    Set<String> names = new LinkedHashSet<>(List.of(subject));
    for (int at = 0; at < subject.length(); at++) {
      if (subject.charAt(at) == '/' || subject.charAt(at) == ' ') {
        names.add(subject.substring(0, at));
        break;
      }
    }
    return names;
  }
}
