package dev.cofre.cli.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cofre.cli.run.SecretFile.Access;
import dev.cofre.cli.run.SecretFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentFolderTest {
  private static final Path MEMORY = Path.of("/dev/shm");

  @TempDir Path disk;
  private Path memory;

  @BeforeEach
  void inMemory() {
    assumeTrue(Files.isWritable(MEMORY) && SecretFolder.isInMemory(MEMORY));
    memory =
        MEMORY.resolve("cofre-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
  }

  private static AgentConfig config(Path folder, boolean allowDisk) {
    return new AgentConfig(
        folder,
        "0710",
        null,
        allowDisk,
        Duration.ofSeconds(1),
        Duration.ofDays(1),
        Duration.ZERO,
        Duration.ofSeconds(1),
        false,
        false,
        List.of(),
        List.of());
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void keepsFilesWithTheirModesAndLeavesNothing() throws Exception {
    try (AgentFolder folder = AgentFolder.open(config(memory, false))) {
      assertTrue(folder.isInMemory());
      folder.write("a/b/f", "one".getBytes(UTF_8), new Access("0440", null, null));
      assertEquals("rwx--x---", mode(memory));
      assertEquals("rwx--x---", mode(memory.resolve("a/b")));
      assertEquals("r--r-----", mode(memory.resolve("a/b/f")));
      assertTrue(folder.has("a/b/f", "one".getBytes(UTF_8)));
      assertFalse(folder.has("a/b/f", "two".getBytes(UTF_8)));
      folder.write("a/b/f", "two".getBytes(UTF_8), new Access("0600", null, null));
      assertEquals("two", Files.readString(memory.resolve("a/b/f")));
      assertEquals("rw-------", mode(memory.resolve("a/b/f")));
      try (var names = Files.list(memory.resolve("a/b"))) {
        assertEquals(1, names.count(), "a partial file is left");
      }
      folder.cache("secret".getBytes(UTF_8));
      folder.status("{}", true);
      assertEquals("rwx------", mode(memory.resolve("cofre-agent")));
      assertEquals("rw-------", mode(memory.resolve("cofre-agent/cache")));
      assertTrue(Files.exists(memory.resolve("cofre-agent/ready")));
      Files.writeString(memory.resolve("a/other"), "not ours");
      folder.remove("a/b/f");
      assertFalse(Files.exists(memory.resolve("a/b")));
      assertTrue(Files.exists(memory.resolve("a/other")));
      Files.delete(memory.resolve("a/other"));
      Files.delete(memory.resolve("a"));
      folder.removeOwn();
    }
    assertFalse(Files.exists(memory));
  }

  @Test
  void isOneAgentsAtATimeAndOutlivesIt() throws Exception {
    try (AgentFolder folder = AgentFolder.open(config(memory, false))) {
      folder.write("f", "one".getBytes(UTF_8), Access.OWNER);
      folder.cache("kept".getBytes(UTF_8));
      IOException taken =
          assertThrows(IOException.class, () -> AgentFolder.open(config(memory, false)));
      assertTrue(taken.getMessage().contains("another running agent"), taken::getMessage);
    }
    try (AgentFolder folder = AgentFolder.open(config(memory, false))) {
      assertTrue(folder.has("f", "one".getBytes(UTF_8)));
      assertEquals("kept", new String(folder.cache().orElseThrow(), UTF_8));
      folder.remove("f");
      folder.removeOwn();
    } finally {
      Files.deleteIfExists(memory);
    }
  }

  @Test
  void aDiskIsRefusedOrHasNoCache() throws Exception {
    assumeTrue(!SecretFolder.isInMemory(disk));
    Path folder = disk.resolve("shop");
    assertThrows(IOException.class, () -> AgentFolder.open(config(folder, false)));
    assertFalse(Files.exists(folder));
    try (AgentFolder taken = AgentFolder.open(config(folder, true))) {
      taken.cache("plaintext".getBytes(UTF_8));
      assertFalse(Files.exists(folder.resolve("cofre-agent/cache")));
      assertTrue(taken.cache().isEmpty());
    }
  }

  @Test
  void foldersOfOthersAndLinksAreRefused() throws Exception {
    Path open = Files.createDirectory(disk.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    IOException above =
        assertThrows(IOException.class, () -> AgentFolder.open(config(open.resolve("in"), true)));
    assertTrue(above.getMessage().contains("above it"), above::getMessage);
    assertThrows(IOException.class, () -> AgentFolder.open(config(open, true)));
    Path real = Files.createDirectory(disk.resolve("real"));
    assertThrows(IOException.class, () -> AgentFolder.open(config(real, true)), "another mode");
    assertEquals("rwxr-xr-x", mode(real), "the mode of a folder of others was changed");
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx--x---"));
    Path link = Files.createSymbolicLink(disk.resolve("link"), real);
    assertThrows(IOException.class, () -> AgentFolder.open(config(link, true)));
    Path victim = Files.writeString(disk.resolve("victim"), "untouched");
    try (AgentFolder folder = AgentFolder.open(config(real, true))) {
      Files.createSymbolicLink(real.resolve("f"), victim);
      folder.write("f", "secret".getBytes(UTF_8), Access.OWNER);
      assertFalse(Files.isSymbolicLink(real.resolve("f")));
      assertEquals("untouched", Files.readString(victim));
      assertThrows(
          IOException.class,
          () -> folder.write("g", new byte[1], new Access("0600", "no-such-user-here", null)));
      assertFalse(Files.exists(real.resolve("g")));
      assertFalse(Files.exists(real.resolve(".new-g")));
      Files.createSymbolicLink(real.resolve("sub"), open);
      assertThrows(
          IOException.class, () -> folder.write("sub/f", new byte[1], Access.OWNER), "a link");
      Path lax = Files.createDirectory(real.resolve("lax"));
      Files.setPosixFilePermissions(lax, PosixFilePermissions.fromString("rwxrwxrwx"));
      assertThrows(
          IOException.class,
          () -> folder.write("lax/f", new byte[1], Access.OWNER),
          "others write");
    }
    // The agent's own folder follows the configuration.
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwx------"));
    AgentFolder.open(config(real, true)).close();
    assertEquals("rwx--x---", mode(real));
    Files.delete(link);
  }
}
