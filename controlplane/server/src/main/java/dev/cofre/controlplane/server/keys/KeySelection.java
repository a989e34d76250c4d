package dev.cofre.controlplane.server.keys;

import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.access.KeyView;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Finds keys by id or alias, and those that a principal may see. Stateless. */
public final class KeySelection {
  private static final int UUID_LENGTH = 36;

  private KeySelection() {}

  /** The key of {@code tenant} with the id or else the alias {@code name}. */
  public static Optional<KmsKey> find(Transaction tx, String tenant, String name) {
    Optional<KmsKey> byId =
        parse(name).flatMap(id -> tx.keys().find(id)).filter(key -> key.tenant().equals(tenant));
    return byId.isPresent() ? byId : tx.keys().find(tenant, name);
  }

  /** The key {@code name}, when {@code caller} may see it. */
  public static Optional<KmsKey> visible(Transaction tx, Principal caller, String name) {
    return find(tx, caller.tenant(), name).filter(sees(tx, caller));
  }

  /** The first {@code limit} keys that {@code caller} may see, by alias after {@code after}. */
  public static List<KmsKey> page(Transaction tx, Principal caller, String after, int limit) {
    Predicate<KmsKey> sees = sees(tx, caller);
    List<KmsKey> page = new ArrayList<>();
    String from = after;
    while (true) {
      List<KmsKey> next = tx.keys().page(caller.tenant(), from, limit);
      for (KmsKey key : next) {
        if (sees.test(key)) {
          page.add(key);
          if (page.size() == limit) {
            return page;
          }
        }
      }
      if (next.size() < limit) {
        return page;
      }
      from = next.getLast().alias();
    }
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

  /** The UUID that {@code text} is in canonical form. */
  public static Optional<UUID> parse(String text) {
    if (text.length() != UUID_LENGTH) {
      return Optional.empty();
    }
    try {
      UUID id = UUID.fromString(text);
      return Optional.of(id).filter(uuid -> uuid.toString().equals(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
