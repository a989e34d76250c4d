package dev.cofre.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Option;

/** Has a dangerous command confirmed: by typing the name of what it is about, or by an option. */
final class Confirmation {
  private static final int LINE_BYTES_MAX = 256;

  @Option(names = "--yes", description = "Do it without asking.")
  private boolean yes;

  /**
   * Asks until one line was read.
   *
   * @param what what is about to happen
   * @param alias what is to be typed
   * @throws CliException when another name, or nothing, was typed
   */
  void require(Terminal terminal, String what, String alias) {
    if (yes) {
      return;
    }
    terminal.err().print(what + "\nType " + Terminal.plain(alias) + " to do it: ");
    terminal.err().flush();
    String typed = line(terminal);
    if (!typed.equals(alias)) {
      throw new CliException(
          ExitCodes.USAGE,
          "not confirmed, nothing was done: type the alias " + alias + ", or give --yes");
    }
  }

  /** Whether it asks. */
  boolean asks() {
    return !yes;
  }

  private static String line(Terminal terminal) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      int next = terminal.in().read();
      while (next >= 0 && next != '\n' && line.size() < LINE_BYTES_MAX) {
        line.write(next);
        next = terminal.in().read();
      }
    } catch (IOException e) {
      throw new CliException(ExitCodes.LOCAL_IO, "cannot read the answer: " + e.getMessage());
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }
}
