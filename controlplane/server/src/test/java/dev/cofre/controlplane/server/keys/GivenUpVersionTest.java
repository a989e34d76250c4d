package dev.cofre.controlplane.server.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.Hsm;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version that is given up while another control plane finishes it, at the worst moment. */
class GivenUpVersionTest {
  @TempDir Path directory;

  private final Set<String> keks = new HashSet<>();
  private final List<Boolean> finished = new ArrayList<>();
  private Consumer<String> whenDestroying = label -> {};
  private Consumer<String> whenGenerating = label -> {};
  private Store store;

  @BeforeEach
  void open() {
    store = H2Location.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void reconciliationLeavesWhatWasFinishedSinceItLooked() {
    KmsKey one = begin("one");
    KmsKey two = begin("two");
    // While the first one's KEK is destroyed, the other control plane finishes the second one.
    whenDestroying = label -> finish(label.equals(kek(one)) ? two : one);

    new Reconciliation(store, hsm()).removeHalfMade();

    assertEquals(List.of(true), finished);
    assertVisibleKeksStay();
    assertEquals(1, keks.size());
  }

  @Test
  void whatReconciliationGaveUpCannotBeFinished() {
    KmsKey key = begin("key");
    whenDestroying = label -> finish(key);
    new Reconciliation(store, hsm()).removeHalfMade();
    assertGone(key.alias());
  }

  @Test
  void aRemovalThatWasCutOffIsTakenUpAgain() {
    KmsKey key = begin("key");
    whenDestroying =
        label -> {
          throw new IllegalStateException("killed");
        };
    Reconciliation reconciliation = new Reconciliation(store, hsm());
    assertThrows(IllegalStateException.class, () -> reconciliation.removeHalfMade());
    finish(key);
    whenDestroying = label -> {};
    reconciliation.removeHalfMade();
    assertGone(key.alias());
  }

  @Test
  void whatAFailedMakingGaveUpCannotBeFinished() {
    KmsKey[] begun = new KmsKey[1];
    KeyLifecycle lifecycle =
        new KeyLifecycle(store, hsm(), new KekMaker(store, hsm(), KernelRandom.INSTANCE), "node");
    whenGenerating =
        label -> {
          begun[0] = half(label);
          throw new IllegalStateException("the HSM fails");
        };
    whenDestroying = label -> finish(begun[0]);
    assertThrows(
        IllegalStateException.class,
        () ->
            lifecycle.create(
                draft("key"),
                "officer",
                new KeyLifecycle.Making<>(tx -> {}, (tx, key) -> key, tx -> {})));
    assertGone("key");
  }

  private void assertGone(String alias) {
    assertEquals(List.of(false), finished);
    assertVisibleKeksStay();
    assertTrue(keks.isEmpty(), keks.toString());
    boolean taken = store.read(tx -> tx.keys().isAliasTaken("default", alias));
    assertFalse(taken);
  }

  private void assertVisibleKeksStay() {
    List<String> visible = store.read(tx -> tx.keys().kekLabels());
    assertTrue(keks.containsAll(visible), "visible without a KEK: " + visible);
  }

  private static String kek(KmsKey key) {
    return KmsKey.kekLabel(key.id(), 1);
  }

  private void finish(KmsKey key) {
    finished.add(
        store.<Boolean>change(
            tx -> {
              boolean done = tx.halfMade().finish(key.id(), 1);
              if (done) {
                tx.keys().update(key);
              }
              return done;
            }));
  }

  private KmsKey begin(String alias) {
    UUID id = UUID.randomUUID();
    KmsKey key = key(id, alias);
    store.change(
        tx -> {
          tx.halfMade().insertKey(id, draft(alias), key.stamp());
          tx.halfMade().insertVersion(id, key.versions().getFirst(), "node");
          return null;
        });
    keks.add(kek(key));
    return key;
  }

  private KmsKey half(String label) {
    UUID id =
        store.read(tx -> tx.halfMade().leftByTheDead()).stream()
            .filter(half -> half.kekLabel().equals(label))
            .findFirst()
            .orElseThrow()
            .keyId();
    return key(id, "key");
  }

  private static KmsKey key(UUID id, String alias) {
    Instant now = Instant.parse("2026-06-01T12:00:00Z");
    KeyVersion version = new KeyVersion(1, Protection.HSM, KmsKey.kekLabel(id, 1), now, "officer");
    return new KmsKey(
        id,
        draft(alias),
        new KeyState.Active(),
        1,
        List.of(version),
        Stamp.created(now, "officer"));
  }

  private static KeyDraft draft(String alias) {
    return new KeyDraft(
        alias,
        "default",
        Environment.DEV,
        DataClass.INTERNAL,
        "team",
        "tests",
        KeyDraft.ENCRYPT_DECRYPT,
        Protection.HSM,
        Instant.parse("2099-01-01T00:00:00Z"));
  }

  /** Holds labels, and lets the test in before it generates or destroys one. */
  private Hsm hsm() {
    return (Hsm)
        Proxy.newProxyInstance(
            Hsm.class.getClassLoader(),
            new Class<?>[] {Hsm.class},
            (proxy, method, arguments) -> {
              String label = (String) arguments[0];
              if (method.getName().equals("generateFreshKek")) {
                whenGenerating.accept(label);
                keks.add(label);
              } else {
                whenDestroying.accept(label);
                keks.remove(label);
              }
              return null;
            });
  }
}
