package dev.cofre.controlplane.server.dev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevTokenTest {
  @TempDir Path directory;

  @Test
  void makesTheTokenOnceWhateverAKillLeft() throws Exception {
    DevHome home = home();
    home.makeDirectories();
    // What a kill in the middle of the first start leaves.
    Files.createDirectories(home.hsm().resolve("tokens.new/half"));
    Files.writeString(home.pin(), "the PIN of a token that was never finished");
    Files.writeString(home.hsm().resolve("pin.new"), "another one");

    DevToken.ensure(home, java());
    byte[] pin = Files.readAllBytes(home.pin());
    DevToken.ensure(home, java());

    assertArrayEquals(pin, Files.readAllBytes(home.pin()));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.pin())));
    assertTrue(Files.isDirectory(home.tokens()));
    assertFalse(Files.exists(home.hsm().resolve("tokens.new")));
    assertFalse(Files.exists(home.hsm().resolve("pin.new")));
    for (Path folder : home.directories()) {
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    }
  }

  @Test
  void doesNotReplaceATokenWhosePinIsLost() throws Exception {
    DevHome home = home();
    home.makeDirectories();
    Files.createDirectories(home.tokens());
    DevException refused = assertThrows(DevException.class, () -> DevToken.ensure(home, java()));
    assertTrue(refused.getMessage().contains(home.pin().toString()), refused.getMessage());
  }

  @Test
  void doesNotThrowAwayThePinOfATokenThatIsMissing() throws Exception {
    DevHome home = home();
    home.makeDirectories();
    Files.writeString(home.pin(), "the PIN");
    Files.writeString(home.store().resolve("controlplane.mv.db"), "keys");

    DevException refused = assertThrows(DevException.class, () -> DevToken.ensure(home, java()));

    assertTrue(refused.getMessage().contains("put it back"), refused.getMessage());
    assertEquals(1, refused.getMessage().lines().count());
    assertEquals("the PIN", Files.readString(home.pin()));
    assertFalse(Files.exists(home.tokens()));
  }

  @Test
  void aTokenThatCannotBeMadeLeavesThePinThatIsThere() throws Exception {
    DevHome home = home();
    home.makeDirectories();
    Files.writeString(home.pin(), "the PIN");
    JavaCommand broken = new JavaCommand("/nowhere", List.of());
    assertThrows(DevException.class, () -> DevToken.ensure(home, broken));
    assertEquals("the PIN", Files.readString(home.pin()));
  }

  @Test
  void refusesABaseThatIsNoPort() {
    Map<String, String> environment = Map.of("COFRE_PORT_BASE", "70000");
    assertThrows(DevException.class, () -> DevHome.of(environment, directory));
  }

  @Test
  void oneSupervisorForEachHome() throws Exception {
    DevHome home = home();
    home.makeDirectories();
    DevLock lock = DevLock.take(home);
    assertEquals(ProcessHandle.current().pid() + "\n", Files.readString(home.lockFile()));
    lock.release();
    DevLock.take(home).release();
  }

  private DevHome home() {
    return DevHome.of(Map.of(), directory);
  }

  private static JavaCommand java() {
    return new JavaCommand(System.getProperty("java.class.path"), List.of());
  }
}
