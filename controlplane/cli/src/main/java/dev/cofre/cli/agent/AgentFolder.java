package dev.cofre.cli.agent;

import dev.cofre.cli.run.SecretFile;
import dev.cofre.cli.run.SecretFile.Access;
import dev.cofre.cli.run.SecretFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * The folder of an agent's files. Other files in it are left alone. Not thread-safe.
 *
 * <p>Lifecycle: {@code cofre-agent} in it is the agent's own, mode 0700: a lock while it runs, its
 * cache where the folder is in memory, its status, and {@code ready} while it is.
 */
public final class AgentFolder implements AutoCloseable {
  /** The largest cache. */
  static final int CACHE_BYTES_MAX = 32 << 20;

  private static final String OWN = "cofre-agent";
  private static final String LOCK = "lock";
  private static final String CACHE = "cache";
  private static final String STATUS = "status.json";
  private static final String READY = "ready";
  private static final int STATUS_BYTES_MAX = 1 << 20;
  private static final int WRITABLE = 0022;
  private static final int STICKY = 01000;
  private static final int LOOKS = 5;
  private static final long LOOK_NS = 50_000_000;

  private final Path folder;
  private final Access access;
  private final boolean inMemory;
  private final boolean made;
  private final FileChannel lock;

  private AgentFolder(
      Path folder, Access access, boolean inMemory, boolean made, FileChannel lock) {
    this.folder = folder;
    this.access = access;
    this.inMemory = inMemory;
    this.made = made;
    this.lock = lock;
  }

  /**
   * The folder that {@code config} names, made when it is not there.
   *
   * @throws IOException when it cannot be made or is not fit; the message says why
   */
  public static AgentFolder open(AgentConfig config) throws IOException {
    Path folder = config.folder();
    Access access = new Access(config.folderMode(), null, config.folderGroup());
    boolean there = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
    Path looked = there ? folder : folder.getParent();
    if (!Files.isDirectory(looked, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(looked + " is not a folder");
    }
    boolean inMemory = SecretFolder.isInMemory(looked);
    if (!inMemory && !config.allowDisk()) {
      throw new IOException(
          looked + " is not in memory (tmpfs); allowDisk: true takes it all the same");
    }
    requireSafe(folder.getParent());
    requireSafe(folder.getParent().toRealPath());
    Path own = folder.resolve(OWN);
    if (there) {
      requireOwn(folder);
      if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
        requireOwn(own);
        SecretFile.give(folder, access);
      } else if (!SecretFile.isGiven(folder, access)) {
        throw new IOException(
            folder
                + " was not made by an agent and has another mode or group than folderMode and"
                + " folderGroup say: give it these, or name a folder that is not there");
      }
    } else {
      SecretFile.makeFolder(folder, access);
    }
    if (!Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
      SecretFile.makeFolder(own, Access.OWNER_FOLDER);
    }
    requireOwn(own);
    return new AgentFolder(folder, access, inMemory, !there, locked(own.resolve(LOCK)));
  }

  /** Who only looks whether it is locked has the lock for a moment. */
  private static FileChannel locked(Path file) throws IOException {
    for (int i = 0; i < LOOKS; i++) {
      FileChannel lock = SecretFile.locked(file);
      if (lock != null) {
        return lock;
      }
      LockSupport.parkNanos(LOOK_NS);
    }
    throw new IOException(file.getParent().getParent() + " is another running agent's");
  }

  /** Who may write to a folder above could put another one in the place of what is in it. */
  private static void requireSafe(Path folder) throws IOException {
    for (Path each = folder; each != null; each = each.getParent()) {
      int mode = (int) Files.getAttribute(each, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      boolean guarded =
          Files.isSymbolicLink(each) || (mode & WRITABLE) == 0 || (mode & STICKY) != 0;
      boolean trusted =
          SecretFile.isOwn(each)
              || Files.getAttribute(each, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(0);
      if (!guarded || !trusted) {
        throw new IOException(
            each + ", above it, must be root's or yours, and nobody else's to write");
      }
    }
  }

  /** The file {@code path}; the folders on its way are as they must be, or are not there. */
  private Path file(String path) throws IOException {
    Path file = folder.resolve(path);
    for (Path in = file.getParent(); !in.equals(folder); in = in.getParent()) {
      if (Files.exists(in, LinkOption.NOFOLLOW_LINKS)) {
        requireOwn(in);
        if (inMemory && !SecretFolder.isInMemory(in)) {
          throw new IOException(in + " is not in memory (tmpfs)");
        }
      }
    }
    return file;
  }

  private static void requireOwn(Path folder) throws IOException {
    Set<PosixFilePermission> others = PosixFilePermissions.fromString("----w--w-");
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        || !SecretFile.isOwn(folder)
        || Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).stream()
            .anyMatch(others::contains)) {
      throw new IOException(
          folder + " must be a folder that is yours and that nobody else may" + " write to");
    }
  }

  /** Whether its files are in memory alone, but for swap. */
  boolean isInMemory() {
    return inMemory;
  }

  /** Whether the file {@code path} is there. */
  boolean has(String path) {
    return Files.exists(folder.resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether the file {@code path} is there with {@code content}. */
  boolean has(String path, byte[] content) throws IOException {
    Path file = file(path);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.size(file) != content.length) {
      return false;
    }
    byte[] there = Files.readAllBytes(file);
    try {
      return Arrays.equals(there, content);
    } finally {
      Arrays.fill(there, (byte) 0);
    }
  }

  /** Writes the file {@code path}, in one step for who reads it. */
  void write(String path, byte[] content, Access who) throws IOException {
    Path file = file(path);
    makeFolders(file.getParent());
    SecretFile.write(file, content, who);
  }

  /** Gives the file {@code path}, which is there, to {@code who}. */
  void give(String path, Access who) throws IOException {
    SecretFile.give(file(path), who);
  }

  private void makeFolders(Path path) throws IOException {
    if (!path.equals(folder)) {
      makeFolders(path.getParent());
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        SecretFile.makeFolder(path, access);
      }
    }
  }

  /** Removes the file {@code path} and the folders that are empty then. */
  void remove(String path) throws IOException {
    Path file = file(path);
    SecretFile.remove(file);
    try {
      for (Path in = file.getParent(); !in.equals(folder); in = in.getParent()) {
        Files.deleteIfExists(in);
      }
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's files stay.
      return;
    }
  }

  /** What the agent before has left, for the caller to overwrite; empty when there is nothing. */
  Optional<byte[]> cache() throws IOException {
    return inMemory ? read(folder, CACHE, CACHE_BYTES_MAX) : Optional.empty();
  }

  /** Keeps {@code content} for the next agent; nothing where the folder is on a disk. */
  void cache(byte[] content) throws IOException {
    if (inMemory) {
      SecretFile.write(folder.resolve(OWN).resolve(CACHE), content, Access.OWNER);
    }
  }

  /** Forgets what is kept for the next agent. */
  void forget() throws IOException {
    SecretFile.remove(folder.resolve(OWN).resolve(CACHE));
  }

  /** Tells how it is. */
  void status(String json, boolean ready) throws IOException {
    Path own = folder.resolve(OWN);
    SecretFile.write(own.resolve(STATUS), json.getBytes(StandardCharsets.UTF_8), Access.OWNER);
    if (!ready) {
      Files.deleteIfExists(own.resolve(READY));
    } else if (!Files.exists(own.resolve(READY))) {
      SecretFile.write(own.resolve(READY), new byte[0], Access.OWNER);
    }
  }

  /**
   * What the agent of {@code folder} told last.
   *
   * @return empty when none has told anything
   */
  public static Optional<String> status(Path folder) throws IOException {
    return read(folder, STATUS, STATUS_BYTES_MAX)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** Whether an agent runs on {@code folder}. */
  public static boolean isRunning(Path folder) throws IOException {
    Path file = folder.resolve(OWN).resolve(LOCK);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (FileChannel lock = SecretFile.locked(file)) {
      return lock == null;
    }
  }

  private static Optional<byte[]> read(Path folder, String name, int bytesMax) throws IOException {
    Path file = folder.resolve(OWN).resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(bytesMax + 1);
      if (bytes.length > bytesMax) {
        throw new IOException(file + " is larger than " + bytesMax + " bytes");
      }
      return Optional.of(bytes);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Says that nobody keeps the files any more, and gives the folder back. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder.resolve(OWN).resolve(READY));
    lock.close();
  }

  /** Removes what is the agent's own, and the folder when the agent made it and it is empty. */
  void removeOwn() throws IOException {
    Path own = folder.resolve(OWN);
    for (String name : new String[] {CACHE, STATUS, READY, LOCK}) {
      SecretFile.remove(own.resolve(name));
    }
    try {
      Files.deleteIfExists(own);
      if (made) {
        Files.deleteIfExists(folder);
      }
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's files stay, and so their folder.
      return;
    }
  }
}
