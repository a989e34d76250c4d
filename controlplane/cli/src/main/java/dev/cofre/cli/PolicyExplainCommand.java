package dev.cofre.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code policy explain}: why somebody may or must not. */
@Command(
    name = "explain",
    description = "Says why a principal may or must not do something with a key.",
    footer = {
      "",
      "Example:",
      "  cofre policy explain --principal shop --action encrypt --key orders --context team=a"
    })
final class PolicyExplainCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private QuestionOptions question;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  PolicyExplainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    output.print(
        terminal,
        plane.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls -> calls.post(PolicyCommand.PATH + "/explain", question.document())));
    return ExitCodes.OK;
  }
}
