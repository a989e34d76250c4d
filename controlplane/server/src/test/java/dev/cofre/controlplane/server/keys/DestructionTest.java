package dev.cofre.controlplane.server.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyMove;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Tombstone;
import dev.cofre.controlplane.server.signing.InstallationKey;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreLocation;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A destruction that is cut off between any two of its steps, and taken up again. */
class DestructionTest {
  @TempDir Path directory;

  private final List<String> recorded = new ArrayList<>();
  private Hsm token;
  private StoreLocation location;
  private String failing = "";
  private UUID id;

  @BeforeEach
  void makeAKeyThatIsDue() throws Exception {
    token = SoftHsmToken.login();
    location = H2Location.in(directory);
    try (Store store = Store.open(location, Clock.systemUTC())) {
      KeyLifecycle lifecycle =
          new KeyLifecycle(store, token, new KekMaker(store, token, KernelRandom.INSTANCE), "node");
      KmsKey key =
          lifecycle.create(
              draft(),
              "officer",
              new KeyLifecycle.Making<KmsKey>(tx -> {}, (tx, made) -> made, tx -> {}));
      id = key.id();
      move(store, KeyMove.SCHEDULE_DESTRUCTION);
    }
  }

  @AfterEach
  void close() {
    token.close();
  }

  private KmsKey move(Store store, KeyMove move) {
    return new StateChanges(store)
        .move(
            tx -> tx.keys().find(id).orElseThrow(),
            new StateChanges.Asked(move, Map.of(), "officer"),
            (tx, before, after) -> after);
  }

  @Test
  void isTakenUpAgainWhereverItWasCutOff() {
    try (Store store = later()) {
      for (String step : List.of("destroyKek", "sign", "end")) {
        failing = step;
        assertThrows(RuntimeException.class, () -> run(store), step);
        assertEquals(KeyState.Name.PENDING_DESTRUCTION, state(store));
        ProblemException refused =
            assertThrows(
                ProblemException.class, () -> move(store, KeyMove.CANCEL_DESTRUCTION), step);
        assertEquals(ErrorCode.CONFLICT, refused.code());
      }
      failing = "";
      assertTrue(run(store));
      assertEquals(KeyState.Name.DESTROYED, state(store));
      assertFalse(token.hasKek(KmsKey.kekLabel(id, 1)));
      assertTrue(store.read(tx -> tx.tombstones().find(id, Tombstone.WHOLE_KEY)).isPresent());
      assertFalse(run(store), "it is done");
      assertEquals(List.of("begin", "end"), recorded);
    }
  }

  @Test
  void waitsForTheEndOfItsTime() {
    try (Store store = Store.open(location, Clock.systemUTC())) {
      assertFalse(run(store));
      assertTrue(token.hasKek(KmsKey.kekLabel(id, 1)));
      assertEquals(KeyState.Name.ACTIVE, move(store, KeyMove.CANCEL_DESTRUCTION).state().name());
    }
    try (Store store = later()) {
      assertFalse(run(store), "it was cancelled");
    }
  }

  private boolean run(Store store) {
    Destruction destruction =
        new Destruction(
            store,
            cutOff(Hsm.class, token),
            new InstallationKey(cutOff(Hsm.class, token)),
            (action, subject, phase) -> {
              cutOffAt(phase);
              recorded.add(phase);
            },
            "node");
    return destruction.run(id, Tombstone.WHOLE_KEY, "scheduler");
  }

  private void cutOffAt(String step) {
    if (failing.equals(step)) {
      throw new IllegalStateException("killed at " + step);
    }
  }

  /** The same, but for the step at which it is cut off. */
  private <T> T cutOff(Class<T> type, T real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              cutOffAt(method.getName());
              try {
                Object result = method.invoke(real, arguments);
                return result instanceof Hsm.SigningKey key
                    ? cutOff(Hsm.SigningKey.class, key)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  private Store later() {
    return Store.open(location, Clock.offset(Clock.systemUTC(), Duration.ofDays(8)));
  }

  private KeyState.Name state(Store store) {
    return store.read(tx -> tx.keys().find(id)).orElseThrow().state().name();
  }

  private static KeyDraft draft() {
    return new KeyDraft(
        "doomed",
        "default",
        Environment.DEV,
        DataClass.INTERNAL,
        "team",
        "tests",
        KeyDraft.ENCRYPT_DECRYPT,
        Protection.HSM,
        Instant.now().plus(Duration.ofDays(300)));
  }
}
