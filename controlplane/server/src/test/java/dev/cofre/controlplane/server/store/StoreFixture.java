package dev.cofre.controlplane.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyMaterial;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Origin;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/** A store, and what tests of it write and ask. */
interface StoreFixture {
  Instant LATER = Instant.parse("2099-01-01T00:00:00Z");

  /** A store that was empty. */
  Store store();

  /** The same database, opened once more. */
  Store reopened(Clock clock);

  default boolean changes(Predicate<Transaction> change) {
    return store().<Boolean>change(change::test);
  }

  default boolean holds(Predicate<Transaction> condition) {
    return store().<Boolean>read(condition::test);
  }

  default KmsKey begin(UUID id, String alias) {
    return store()
        .change(
            tx -> {
              KeyDraft draft =
                  new KeyDraft(
                      alias,
                      "default",
                      Environment.PROD,
                      DataClass.RESTRICTED,
                      "team ü",
                      "tests 😀",
                      KeyDraft.ENCRYPT_DECRYPT,
                      Protection.HSM,
                      LATER,
                      Map.of("app", "shop"),
                      false,
                      Optional.empty(),
                      true,
                      Origin.GENERATED);
              Stamp stamp = Stamp.created(tx.now(), "officer");
              KeyVersion version =
                  new KeyVersion(
                      1,
                      Protection.HSM,
                      KmsKey.kekLabel(id, 1),
                      tx.now(),
                      "officer",
                      KeyMaterial.imported("MEMORY", true, id.toString().replace("-", "")));
              tx.halfMade().insertKey(id, draft, stamp);
              tx.halfMade().insertVersion(id, version, "node");
              assertEquals(2, tx.halfMade().nextVersion(id));
              return new KmsKey(id, draft, new KeyState.Active(), 1, List.of(version), stamp);
            });
  }

  default KmsKey makeKey(String alias) {
    UUID id = UUID.randomUUID();
    KmsKey key = begin(id, alias);
    store()
        .change(
            tx -> {
              assertTrue(tx.halfMade().finish(id, 1));
              assertFalse(tx.halfMade().finish(id, 1));
              tx.keys().update(key);
              return null;
            });
    return key;
  }

  /** Writes {@code key}, which is then read back as it was. */
  default KmsKey put(KmsKey key) {
    store()
        .change(
            tx -> {
              tx.keys().update(key);
              return null;
            });
    assertEquals(key, store().read(tx -> tx.keys().find(key.id())).orElseThrow());
    return key;
  }

  static Principal principal(String id, Role role) {
    return new Principal(
        id,
        "default",
        Set.of(role),
        Stamp.created(Instant.parse("2026-06-01T12:00:00.123Z"), "admin"));
  }
}
