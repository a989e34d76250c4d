package dev.cofre.hsm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that only their owner may read. */
public final class SecretFiles {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  private SecretFiles() {}

  /**
   * Creates {@code file} with mode 0600, complete and synced to disk or not at all.
   *
   * @throws IOException when it exists already or cannot be written
   */
  public static void create(Path file, byte[] contents) throws IOException {
    Path partial = partial(file, contents);
    if (Files.exists(file)) {
      Files.delete(partial);
      throw new java.nio.file.FileAlreadyExistsException(file.toString());
    }
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(file.toAbsolutePath().getParent());
  }

  /**
   * Replaces {@code file}, if it is there, by one of mode 0600: after a crash it holds all of
   * {@code contents} or what it held before, and {@code contents} once this returns.
   *
   * @throws IOException when it cannot be written
   */
  public static void replace(Path file, byte[] contents) throws IOException {
    Files.move(partial(file, contents), file, StandardCopyOption.ATOMIC_MOVE);
    syncDirectory(file.toAbsolutePath().getParent());
  }

  /** Writes {@code contents} beside {@code file}, synced to disk. */
  private static Path partial(Path file, byte[] contents) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.deleteIfExists(partial);
    try (FileChannel channel =
        FileChannel.open(
            partial,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer buffer = ByteBuffer.wrap(contents);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    return partial;
  }

  /**
   * Syncs {@code directory} itself to disk: what was created in it, renamed or deleted stays so
   * after a power failure.
   */
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Creates {@code directory} and its parents; the directory itself with mode 0700. */
  public static void createDirectory(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    if (directory.getParent() != null) {
      Files.createDirectories(directory.getParent());
    }
    Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
  }
}
