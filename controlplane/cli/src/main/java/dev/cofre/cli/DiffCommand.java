package dev.cofre.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code diff}: what apply would change, field by field. */
@Command(
    name = "diff",
    description = {
      "Shows each field that apply would change, as it is (-) and as it would be (+).",
      "Exit code 0: nothing differs; 2: something does; 1: the files are wrong."
    })
final class DiffCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private CodeOptions code;

  DiffCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    return code.run(terminal, files -> PlanCommand.print(terminal, code, files, true));
  }
}
