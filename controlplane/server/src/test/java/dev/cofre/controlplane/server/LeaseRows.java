package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cofre.controlplane.domain.DynamicRole;
import dev.cofre.controlplane.domain.DynamicRoleDraft;
import dev.cofre.controlplane.domain.EngineKind;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.LeaseState;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.SecretEngineTable.Root;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * Two engines without a system behind them, each with the role {@code target} and a lease: {@code
 * own} is the app-owner's and its lease the workload's, {@code foreign} is another's.
 */
final class LeaseRows {
  private static final Instant LATER = Instant.parse("2090-01-01T00:00:00Z");

  private LeaseRows() {}

  /** The id of the lease of {@code engine}. */
  static UUID id(String engine) {
    return UUID.nameUUIDFromBytes(engine.getBytes(UTF_8));
  }

  /** Writes them into the store of {@code plane}, which is stopped for it. */
  static void into(TestPlane plane) throws Exception {
    plane.plane.close();
    try (Store store = Store.open(plane.location(), plane.clock)) {
      store.change(
          tx -> {
            write(tx, "own", "app-owner", "app");
            write(tx, "foreign", "app", "target");
            CertificateRows.write(tx, "own", "app-owner", "app");
            CertificateRows.write(tx, "foreign", "app", "target");
            return null;
          });
    }
    plane.start();
  }

  private static void write(Transaction tx, String name, String owner, String holder) {
    Stamp stamp = Stamp.created(tx.now(), "test");
    SecretEngineDraft draft =
        new SecretEngineDraft(
            name,
            "default",
            Environment.DEV,
            EngineKind.POSTGRESQL,
            owner,
            "tests",
            "localhost",
            1,
            "none",
            "root",
            false);
    SecretEngine engine = new SecretEngine(UUID.randomUUID(), draft, 1, false, stamp);
    tx.engines().insert(engine, new Root(1, new byte[] {1}, 0, null));
    DynamicRoleDraft role = DynamicRoleDraft.read("target", Map.of("description", "tests"));
    tx.dynamicRoles().put(new DynamicRole(engine.id(), role, stamp));
    tx.leases()
        .insert(
            new Lease(
                id(name),
                "default",
                engine.id(),
                "target",
                holder,
                "cofre_" + name,
                role.owned(),
                LeaseState.ACTIVE,
                tx.now(),
                LATER,
                LATER,
                LATER,
                0,
                null,
                null,
                null));
  }
}
