package dev.cofre.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** {@code completion}: a script that completes commands and options in bash and zsh. */
@Command(
    name = "completion",
    description = {
      "Prints the completion script for bash and zsh.",
      "For this shell: source <(./cofre completion)"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The commands that the launcher carries out itself. */
  private static final List<String> LAUNCHER_COMMANDS =
      List.of(
          "dev",
          "test",
          "dataplane",
          "controlplane",
          "doctor",
          "config",
          "format",
          "help",
          "version");

  private final Terminal terminal;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    CommandLine all = CofreCli.commandLine(terminal);
    LAUNCHER_COMMANDS.forEach(name -> all.addSubcommand(name, CommandSpec.create()));
    terminal.print(AutoComplete.bash("cofre", all));
    return ExitCodes.OK;
  }
}
