package dev.cofre.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code encrypt}: standard input to an envelope on standard output. */
@Command(
    name = "encrypt",
    description =
        "Encrypts the standard input, of any length, to an envelope on the standard output.")
final class EncryptCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY",
      description = "Alias or id of the key.")
  private String key;

  @Mixin private ContextOption context;
  @Mixin private DataPlane dataPlane;

  EncryptCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    dataPlane.call(
        terminal.environment(),
        client -> client.encrypt(key, terminal.in(), terminal.out(), context.pairs()));
    return ExitCodes.OK;
  }
}
