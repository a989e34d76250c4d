package dev.cofre.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code decrypt}: an envelope on standard input to its plaintext on standard output. */
@Command(
    name = "decrypt",
    description = {
      "Decrypts the envelope on the standard input, of any length, to the standard output.",
      "Throw the output away unless the exit code is 0: it may be cut short otherwise."
    })
final class DecryptCommand implements Callable<Integer> {
  private final Terminal terminal;
  @Mixin private ContextOption context;
  @Mixin private DataPlane dataPlane;

  DecryptCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    dataPlane.call(
        terminal.environment(),
        client -> client.decrypt(terminal.in(), terminal.out(), context.pairs()));
    return ExitCodes.OK;
  }
}
