package dev.cofre.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes reports that tell who did what. Stateless. */
final class HtmlFile {
  private HtmlFile() {}

  /**
   * Writes {@code page} to {@code file}, for its owner alone.
   *
   * @throws CliException when that fails
   */
  static void write(Path file, String page) {
    // Names, addresses and what was done: of no concern to other users of the machine.
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(page);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new CliException(ExitCodes.LOCAL_IO, "cannot write " + file + ": " + e);
    }
  }
}
