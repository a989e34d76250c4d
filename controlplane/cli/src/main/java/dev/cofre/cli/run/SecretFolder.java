package dev.cofre.cli.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of files that hold secrets: mode 0700 and 0600, in memory (tmpfs), gone at {@link
 * #close()}. Thread-safe.
 *
 * <p>Lifecycle: beside it stands a file {@code .FOLDER.cofre-run}, locked from before the folder is
 * made until after it is removed. What a process left that was killed is thereby known, and removed
 * by the next one.
 */
public final class SecretFolder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SecretFolder.class.getName());
  private static final String PREFIX = "cofre-run-";
  private static final String LOCK = ".cofre-run";
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
  private final Path folder;
  private final FileChannel lock;
  private boolean closed;

  private SecretFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Where folders are made: {@code XDG_RUNTIME_DIR}, else /dev/shm, whichever is in memory. */
  public static Optional<Path> base(Map<String, String> environment) {
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return Stream.of(runtime, "/dev/shm")
        .filter(name -> name.startsWith("/"))
        .map(Path::of)
        .filter(path -> Files.isDirectory(path) && Files.isWritable(path) && isInMemory(path))
        .findFirst();
  }

  /** Whether what is in {@code folder} stands in memory alone (but for swap). */
  public static boolean isInMemory(Path folder) {
    try {
      return IN_MEMORY.contains(Files.getFileStore(folder).type());
    } catch (IOException e) {
      return false;
    }
  }

  /** A new one with a name of its own in {@code base}; what killed processes left is removed. */
  public static SecretFolder in(Path base) throws IOException {
    removeLeft(base);
    return at(base.resolve(PREFIX + ProcessHandle.current().pid() + "-" + System.nanoTime()));
  }

  /**
   * A new one, {@code folder}.
   *
   * @throws IOException when it is there already and not the remains of a killed process
   */
  public static SecretFolder at(Path folder) throws IOException {
    Path file = lockOf(folder);
    boolean ours = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    FileChannel lock = SecretFile.locked(file);
    if (lock == null) {
      throw new IOException(folder + " is another running command's");
    }
    try {
      if (ours) {
        remove(folder);
      }
      SecretFile.makeFolder(folder, SecretFile.Access.OWNER_FOLDER);
      return new SecretFolder(folder, lock);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      lock.close();
      throw e;
    }
  }

  private static Path lockOf(Path folder) {
    return folder.resolveSibling("." + folder.getFileName() + LOCK);
  }

  /** Best effort: what others left is in nobody's way. */
  private static void removeLeft(Path base) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(base, PREFIX + "*")) {
      for (Path path : found) {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && SecretFile.isOwn(path)) {
          removeLeftFolder(path);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.log(System.Logger.Level.DEBUG, "what was left cannot be looked for", e);
    }
  }

  private static void removeLeftFolder(Path folder) {
    Path file = lockOf(folder);
    try (FileChannel lock = SecretFile.locked(file)) {
      if (lock != null) {
        remove(folder);
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a folder that was left cannot be removed", e);
    }
  }

  /** Where it is. */
  public Path path() {
    return folder;
  }

  /**
   * Writes the file {@code name}, in one step for who reads it.
   *
   * @param value stays the caller's
   */
  public synchronized void write(String name, byte[] value) throws IOException {
    if (closed) {
      return;
    }
    Path file = folder.resolve(name);
    makeFolders(file.getParent());
    SecretFile.write(file, value, SecretFile.Access.OWNER);
  }

  private void makeFolders(Path path) throws IOException {
    if (!path.equals(folder)) {
      makeFolders(path.getParent());
      if (!Files.isDirectory(path)) {
        SecretFile.makeFolder(path, SecretFile.Access.OWNER_FOLDER);
      }
    }
  }

  /** Removes it with all that is in it, what the command put there too. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      remove(folder);
      Files.deleteIfExists(lockOf(folder));
    } finally {
      lock.close();
    }
  }

  /**
   * Removes all that can be.
   *
   * @throws IOException when something is left: the first reason
   */
  private static void remove(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<IOException> failures = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            return delete(path, failures);
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failure) {
            // It is gone, or a folder that cannot be read: an empty one can be removed.
            return delete(path, failures);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, IOException failure) {
            return delete(path, failures);
          }
        });
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }

  private static FileVisitResult delete(Path path, List<IOException> failures) {
    try {
      SecretFile.remove(path);
    } catch (IOException e) {
      failures.add(e);
    }
    return FileVisitResult.CONTINUE;
  }
}
