package dev.cofre.controlplane.server.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootstrapTest {
  private static final List<String> ALL =
      List.of(
          "platform-admin",
          "security-admin",
          "security-admin-2",
          "crypto-officer",
          "crypto-officer-2",
          "app-owner",
          "app",
          "auditor",
          "node");

  @TempDir Path directory;
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
  void leavesEachRolesTokenForTheOwnerAlone() throws IOException {
    new Bootstrap(store, directory.resolve("tokens")).run(false);
    for (String id : ALL) {
      Path file = file(id);
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      assertTrue(Files.readString(file).strip().length() >= 40);
      assertEquals(id, owner(file).orElseThrow().id());
    }
    assertEquals(java.util.Set.of(Role.WORKLOAD), owner(file("app")).orElseThrow().roles());
  }

  @Test
  void completesWhatAKillLeftHalfDone() throws IOException {
    new Bootstrap(store, directory.resolve("tokens")).run(false);
    String kept = Files.readString(file("app"));
    store.change(
        tx -> {
          tx.milestones().forget("bootstrap");
          return null;
        });
    Files.delete(file("auditor"));
    Files.writeString(file("node"), "cofre_" + "x".repeat(43) + "\n");

    new Bootstrap(store, directory.resolve("tokens")).run(false);

    assertEquals(kept, Files.readString(file("app")));
    for (String id : ALL) {
      assertEquals(id, owner(file(id)).orElseThrow().id());
    }
  }

  @Test
  void leavesACompletedInstallationAlone() throws IOException {
    new Bootstrap(store, directory.resolve("tokens")).run(false);
    Files.delete(file("auditor"));
    new Bootstrap(store, directory.resolve("tokens")).run(false);
    assertFalse(Files.exists(file("auditor")));
    new Bootstrap(store, directory.resolve("tokens")).run(true);
    assertEquals("auditor", owner(file("auditor")).orElseThrow().id());
  }

  @Test
  void tokensDoNotShowThemselves() {
    BearerToken token = BearerToken.generate(KernelRandom.INSTANCE);
    assertEquals("BearerToken[…]", token.toString());
    assertTrue(BearerToken.fromHeader("Basic abc").isEmpty());
    assertTrue(BearerToken.fromHeader("Bearer ").isEmpty());
    assertTrue(BearerToken.fromHeader(null).isEmpty());
  }

  private Path file(String id) {
    return directory.resolve("tokens").resolve(id + ".token");
  }

  private Optional<Principal> owner(Path file) throws IOException {
    byte[] digest =
        BearerToken.fromHeader("Bearer " + Files.readString(file)).orElseThrow().digest();
    return store.read(tx -> tx.principals().findByToken(digest));
  }
}
