package dev.cofre.cli.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that hold secrets: written in one step for who reads them, never readable by others for a
 * moment, and overwritten before they go. Stateless.
 */
public final class SecretFile {
  private static final System.Logger LOG = System.getLogger(SecretFile.class.getName());
  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private SecretFile() {}

  /**
   * Who may do what with a file or folder.
   *
   * @param mode four octal digits
   * @param owner null for the process's
   * @param group null for the process's
   */
  public record Access(String mode, String owner, String group) {
    /** The process's user alone: files. */
    public static final Access OWNER = new Access("0600", null, null);

    /** The process's user alone: folders. */
    public static final Access OWNER_FOLDER = new Access("0700", null, null);

    private Set<PosixFilePermission> permissions() {
      int bits = Integer.parseInt(mode, 8);
      PosixFilePermission[] all = PosixFilePermission.values();
      Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
      for (int i = 0; i < all.length; i++) {
        // The enum has them in the order of the bits, the owner's reading first.
        if ((bits & (1 << (all.length - 1 - i))) != 0) {
          permissions.add(all[i]);
        }
      }
      return permissions;
    }
  }

  /**
   * Writes {@code file}.
   *
   * @param value stays the caller's
   * @throws IOException also when owner or group are not there, or may not be given; what was there
   *     stays
   */
  public static void write(Path file, byte[] value, Access access) throws IOException {
    Path partial = file.resolveSibling(".new-" + file.getFileName());
    Files.deleteIfExists(partial);
    try {
      try (FileChannel channel =
          FileChannel.open(
              partial,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              OWNER_FILE)) {
        ByteBuffer left = ByteBuffer.wrap(value);
        while (left.hasRemaining()) {
          channel.write(left);
        }
      }
      give(partial, access);
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      overwrite(partial);
      Files.deleteIfExists(partial);
      throw e;
    }
  }

  /** Makes the folder {@code path}, which is not there. */
  public static void makeFolder(Path path, Access access) throws IOException {
    Files.createDirectory(path, OWNER_FOLDER);
    give(path, access);
  }

  /** Whether mode and group of {@code path} are those of {@code access}. */
  public static boolean isGiven(Path path, Access access) throws IOException {
    PosixFileAttributes is =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return is.permissions().equals(access.permissions())
        && (access.group() == null
            || is.group()
                .equals(
                    path.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByGroupName(access.group())));
  }

  /** Gives {@code path} to who is to have it. */
  public static void give(Path path, Access access) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    UserPrincipalLookupService names = path.getFileSystem().getUserPrincipalLookupService();
    if (access.group() != null) {
      view.setGroup(names.lookupPrincipalByGroupName(access.group()));
    }
    if (!view.readAttributes().permissions().equals(access.permissions())) {
      view.setPermissions(access.permissions());
    }
    if (access.owner() != null) {
      view.setOwner(names.lookupPrincipalByName(access.owner()));
    }
  }

  /**
   * Removes {@code file}, overwritten before when it is a regular one.
   *
   * @throws IOException when it is still there
   */
  public static void remove(Path file) throws IOException {
    overwrite(file);
    Files.deleteIfExists(file);
  }

  /** Best effort: the file goes in any case. */
  private static void overwrite(Path file) {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      byte[] zeros = new byte[8_192];
      for (long left = channel.size(); left > 0; ) {
        left -= channel.write(ByteBuffer.wrap(zeros, 0, (int) Math.min(left, zeros.length)));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "a file could not be overwritten", e);
    }
  }

  /** Whether {@code path} is the process's user's. */
  public static boolean isOwn(Path path) throws IOException {
    try {
      return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)
          .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** The lock that {@code file} stands for, until the channel is closed; null when it is taken. */
  public static FileChannel locked(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            OWNER_FILE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Another one of this process has it.
    }
    channel.close();
    return null;
  }
}
