package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.keys.Reconciliation;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreLocation;
import dev.cofre.hsm.Hsm;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VitalsTest {
  @TempDir Path directory;

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicBoolean left = new AtomicBoolean();

  @Test
  void noProbeRunsAfterTheClose() throws Exception {
    StoreLocation location = H2Location.in(directory);
    try (Store store = Store.open(location, Clock.systemUTC())) {
      Hsm hsm = hsm();
      Vitals vitals = new Vitals(store, hsm, null, new Reconciliation(store, hsm), List::of);
      vitals.start(() -> false);
      assertTrue(inside.await(120, TimeUnit.SECONDS));

      AtomicBoolean leftFirst = new AtomicBoolean();
      Thread closing =
          Thread.ofPlatform()
              .start(
                  () -> {
                    vitals.close();
                    leftFirst.set(left.get());
                  });
      // Only once close() waits for the probe, or did not, is the probe let go.
      while (closing.getState() != Thread.State.TIMED_WAITING
          && closing.getState() != Thread.State.TERMINATED) {
        Thread.onSpinWait();
      }
      released.countDown();
      closing.join();

      assertTrue(leftFirst.get(), "the HSM would have been closed under the probe");
    }
  }

  /** Every ping on a probe's own thread waits; the first probe is made by who starts it. */
  private Hsm hsm() {
    long starter = Thread.currentThread().threadId();
    return (Hsm)
        Proxy.newProxyInstance(
            Hsm.class.getClassLoader(),
            new Class<?>[] {Hsm.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("ping") && Thread.currentThread().threadId() != starter) {
                inside.countDown();
                assertTrue(released.await(120, TimeUnit.SECONDS));
                left.set(true);
              }
              return switch (method.getName()) {
                case "signingPublicKey" -> Optional.empty();
                case "kekLabels" -> Set.of();
                default -> null;
              };
            });
  }
}
