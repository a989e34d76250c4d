package dev.cofre.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that hold secrets: who reads them, and that they go. */
class SecretFolderTest {
  @TempDir Path base;

  private List<Path> left() throws IOException {
    try (Stream<Path> files = Files.list(base)) {
      return files.toList();
    }
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void filesAreTheOwnersAndGoWithTheFolder() throws Exception {
    Path file;
    try (SecretFolder folder = SecretFolder.in(base)) {
      folder.write("a/b/c", "one".getBytes(UTF_8));
      folder.write("d", "two".getBytes(UTF_8));
      file = folder.path().resolve("a/b/c");
      assertEquals("one", Files.readString(file));
      assertEquals("rw-------", mode(file));
      assertEquals("rwx------", mode(file.getParent()));
      assertEquals("rwx------", mode(folder.path()));
      folder.write("a/b/c", "three".getBytes(UTF_8));
      assertEquals("three", Files.readString(file));
      assertEquals("rw-------", mode(file));
      try (Stream<Path> beside = Files.list(file.getParent())) {
        assertEquals(List.of(file), beside.toList());
      }
      // What the command itself puts there goes, too; and links are not followed.
      Path outside = Files.writeString(base.resolve("outside"), "stays");
      Files.createSymbolicLink(folder.path().resolve("link"), outside);
      Files.writeString(folder.path().resolve("own"), "x");
    }
    assertEquals(List.of(base.resolve("outside")), left());
    assertEquals("stays", Files.readString(base.resolve("outside")));
  }

  @Test
  void nothingIsWrittenOnceItIsClosed() throws Exception {
    SecretFolder folder = SecretFolder.in(base);
    folder.close();
    folder.write("late", "x".getBytes(UTF_8));
    folder.close();
    assertEquals(List.of(), left());
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndWhatAnotherHoldsIsNot() throws Exception {
    Path dead = Files.createDirectory(base.resolve("cofre-run-1-1"));
    Files.writeString(dead.resolve("password"), "left");
    Files.createFile(base.resolve(".cofre-run-1-1.cofre-run"));
    try (SecretFolder held = SecretFolder.in(base)) {
      held.write("kept", "x".getBytes(UTF_8));
      assertFalse(Files.exists(dead));
      try (SecretFolder other = SecretFolder.in(base)) {
        assertTrue(Files.exists(held.path().resolve("kept")));
        assertFalse(held.path().equals(other.path()));
      }
      assertThrows(IOException.class, () -> SecretFolder.at(held.path()));
    }
    assertEquals(List.of(), left());
  }

  @Test
  void aNamedFolderIsMadeAndNoneOfOthersIsTaken() throws Exception {
    Path named = base.resolve("named");
    Files.createDirectory(named);
    assertThrows(IOException.class, () -> SecretFolder.at(named));
    assertEquals(List.of(named), left());
    // As a process that was killed leaves it.
    Files.createFile(base.resolve(".named.cofre-run"));
    Files.writeString(named.resolve("old"), "x");
    try (SecretFolder folder = SecretFolder.at(named)) {
      folder.write("new", "y".getBytes(UTF_8));
      assertFalse(Files.exists(named.resolve("old")));
    }
    assertEquals(List.of(), left());
  }

  @Test
  void standsInMemory() {
    Path memory = Path.of("/dev/shm");
    if (SecretFolder.isInMemory(memory) && Files.isWritable(memory)) {
      assertEquals(memory, SecretFolder.base(Map.of("XDG_RUNTIME_DIR", "relative")).orElseThrow());
      assertEquals(memory, SecretFolder.base(Map.of()).orElseThrow());
    }
    assertFalse(SecretFolder.isInMemory(Path.of("/proc")));
  }

  @Test
  void aFolderThatCannotBeReadKeepsNothingElse() throws Exception {
    try (SecretFolder folder = SecretFolder.in(base)) {
      folder.write("a", "one".getBytes(UTF_8));
      folder.write("z/b", "two".getBytes(UTF_8));
      Path closed = Files.createDirectory(folder.path().resolve("m"));
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    }
    assertEquals(List.of(), left());
  }

  @Test
  void whatWasLeftAndCannotBeRemovedIsInNobodysWay() throws Exception {
    Path dead = Files.createDirectory(base.resolve("cofre-run-1-1"));
    // No lock can be taken: a folder has its name.
    Files.createDirectory(base.resolve(".cofre-run-1-1.cofre-run"));
    try (SecretFolder folder = SecretFolder.in(base)) {
      folder.write("a", "one".getBytes(UTF_8));
      assertTrue(Files.exists(dead));
    }
    assertEquals(2, left().size());
  }

  @Test
  void aFileThatCannotBeWrittenLeavesNoPartOfItself() throws Exception {
    try (SecretFolder folder = SecretFolder.in(base)) {
      Files.createDirectories(folder.path().resolve("a/in-the-way"));
      assertThrows(IOException.class, () -> folder.write("a", "one".getBytes(UTF_8)));
      try (Stream<Path> files = Files.list(folder.path())) {
        assertEquals(List.of(folder.path().resolve("a")), files.toList());
      }
    }
    assertEquals(List.of(), left());
  }
}
