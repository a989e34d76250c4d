package dev.cofre.engine.audit;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One process at a time writes a directory. Thread-safe.
 *
 * <p>The lock is on a file of its own, which this process never opens a second time: closing any
 * channel of a locked file gives the lock up.
 */
public final class DirectoryLock implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DirectoryLock.class.getName());
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks {@code directory}, which is there.
   *
   * @throws IOException when it is locked
   */
  public static DirectoryLock acquire(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!HELD.add(real)) {
      throw new IOException("this process has the audit log " + directory + " open already");
    }
    try {
      return lock(real);
    } catch (IOException e) {
      HELD.remove(real);
      throw e;
    }
  }

  private static DirectoryLock lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    if (channel.tryLock() == null) {
      channel.close();
      throw new IOException("another process writes the audit log " + directory);
    }
    return new DirectoryLock(directory, channel);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the audit log's lock cannot be given back: {0}", e.getMessage());
    }
    HELD.remove(directory);
  }
}
