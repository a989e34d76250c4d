package dev.cofre.cli;

import dev.cofre.cli.code.KeysAsCode;
import dev.cofre.cli.code.Plan;
import dev.cofre.cli.code.PlanReport;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code plan}: what apply would do. */
@Command(
    name = "plan",
    description = {
      "Says what apply would change, and changes nothing.",
      "Exit code 0: the service has what the files say; 2: it has something else; 1: the files are"
          + " wrong."
    })
final class PlanCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private CodeOptions code;

  PlanCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    return code.run(terminal, files -> print(terminal, code, files, false));
  }

  /** Prints the plan; the exit code says whether there is anything to be done. */
  static int print(Terminal terminal, CodeOptions code, KeysAsCode files, boolean values) {
    Plan plan = files.plan();
    code.print(terminal, PlanReport.json(plan), PlanReport.lines(plan, values));
    return plan.isDrift() ? ExitCodes.DRIFT : ExitCodes.OK;
  }
}
