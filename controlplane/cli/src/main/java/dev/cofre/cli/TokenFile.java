package dev.cofre.cli;

import dev.cofre.contract.identity.BearerToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.CopyOption;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/**
 * The file that a bearer token is written to, which only its owner can read; the token is never
 * shown. Immutable.
 *
 * @param force whether a file that is there is replaced
 */
record TokenFile(Path file, boolean force) {
  /**
   * Looks whether the file can be written, before anything is asked of a service.
   *
   * @throws CliException when it is there already, or its directory is not
   */
  void check() {
    if (!force && Files.exists(file)) {
      throw new CliException(
          ExitCodes.USAGE, file + " is there already; --force replaces it, and what it holds");
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isWritable(directory)) {
      throw new CliException(ExitCodes.USAGE, "cannot write to the directory of " + file);
    }
  }

  /**
   * Writes {@code token}, in one step, mode 0600.
   *
   * @throws FileAlreadyExistsException when it came to be meanwhile
   */
  void write(BearerToken token) throws IOException {
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.deleteIfExists(partial);
    byte[] line = token.fileContents();
    try (var channel =
        Files.newByteChannel(
            partial,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      channel.write(ByteBuffer.wrap(line));
    } finally {
      Arrays.fill(line, (byte) 0);
    }
    CopyOption[] options =
        force ? new CopyOption[] {StandardCopyOption.REPLACE_EXISTING} : new CopyOption[0];
    try {
      Files.move(partial, file, options);
    } finally {
      Files.deleteIfExists(partial);
    }
  }
}
