package dev.cofre.cli;

import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.contract.transparency.NoteKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The public key by which a command believes the heads of an audit log. */
final class AuditKeyOption {
  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = {
        "File with the node's verification key (NAME+ID+KEY), kept apart from the log.",
        "Without it the copy beside the log is taken, which who changes the log can change too."
      })
  private Path file;

  /** The key; that of {@code directory} when none was named, which is told. */
  NoteKey read(Terminal terminal, Path directory) throws IOException {
    if (file == null) {
      terminal
          .err()
          .println(
              "cofre: without --key the log is verified by the key beside it, which proves nothing"
                  + " against who can write there");
      terminal.err().flush();
    }
    return read(file == null ? directory.resolve(SealFiles.KEY_FILE) : file);
  }

  /** The key that was named. */
  NoteKey read() throws IOException {
    if (file == null) {
      throw new CliException(ExitCodes.USAGE, "--key is missing: the node's verification key");
    }
    return read(file);
  }

  private static NoteKey read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new CliException(ExitCodes.USAGE, "there is no key file " + path);
    }
    try {
      return NoteKey.parse(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCodes.USAGE, path + " holds no verification key: " + e.getMessage());
    }
  }
}
