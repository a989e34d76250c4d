package dev.cofre.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of commands that write a fresh token to a file. */
final class TokenFileOption {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "Where to write the token.")
  private Path out;

  @Option(names = "--force", description = "Replaces a file that is there.")
  private boolean force;

  /**
   * The file, which can be written.
   *
   * @throws CliException when it cannot
   */
  TokenFile checked() {
    TokenFile file = new TokenFile(out, force);
    file.check();
    return file;
  }
}
