package dev.cofre.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a secret of one line from a file or the standard input. Stateless. */
final class SecretLine {
  private static final int BYTES_MAX = 65_536;

  private SecretLine() {}

  /** The one line in {@code file}; {@code -} is the standard input. */
  static String read(Terminal terminal, Path file) throws IOException {
    byte[] bytes;
    if (file.equals(Path.of("-"))) {
      bytes = terminal.in().readNBytes(BYTES_MAX + 1);
    } else {
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(BYTES_MAX + 1);
      } catch (IOException e) {
        throw new CliException(ExitCodes.USAGE, "cannot read " + file);
      }
    }
    String line = new String(bytes, StandardCharsets.UTF_8).strip();
    if (bytes.length > BYTES_MAX || line.isEmpty() || line.contains("\n")) {
      throw new CliException(ExitCodes.USAGE, file + " does not hold one line");
    }
    return line;
  }
}
