package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {
  @TempDir Path directory;

  @Test
  void createsAFileForItsOwnerOnce() throws Exception {
    Path file = directory.resolve("secret");
    SecretFiles.create(file, new byte[] {1});
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertThrows(FileAlreadyExistsException.class, () -> SecretFiles.create(file, new byte[0]));
    try (var files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void syncsDirectories() throws Exception {
    SecretFiles.syncDirectory(directory);
    SecretFiles.syncDirectory(Path.of(""));
    assertThrows(
        NoSuchFileException.class, () -> SecretFiles.syncDirectory(directory.resolve("none")));
  }
}
