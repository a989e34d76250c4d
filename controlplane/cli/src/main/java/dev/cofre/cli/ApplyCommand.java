package dev.cofre.cli;

import dev.cofre.cli.code.ApplyReport;
import dev.cofre.cli.code.KeysAsCode;
import dev.cofre.cli.code.Outcome;
import dev.cofre.cli.code.Plan;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code apply}: makes the service have what files say. */
@Command(
    name = "apply",
    description = {
      "Makes keys, policies, groups, principals and data classes what files say; docs/KEYS-AS-CODE.md"
          + " describes them.",
      "What is so already is not touched. Nothing is removed without --prune, and keys never are.",
      "Exit code 3: others must approve some of it; their requests are listed."
    },
    footer = {
      "",
      "Example:",
      "  cofre plan -f keys-as-code && cofre apply -f keys-as-code --reason \"release 42\""
    })
final class ApplyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private CodeOptions code;

  @Option(
      names = "--dry-run",
      description = "Change nothing; say what would change, with exit code 2 when anything would.")
  private boolean dryRun;

  @Option(
      names = "--prune",
      description = "Remove policies, groups and principals in a Scope's names and in no file.")
  private boolean prune;

  ApplyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    return code.run(
        terminal, files -> dryRun ? PlanCommand.print(terminal, code, files, false) : apply(files));
  }

  private int apply(KeysAsCode files) {
    Plan plan = files.plan();
    List<Outcome> outcomes = files.apply(plan, prune);
    code.print(terminal, ApplyReport.json(plan, outcomes), ApplyReport.lines(plan, outcomes));
    ApplyReport.pending(outcomes)
        .forEach(
            approval ->
                terminal
                    .err()
                    .println("cofre: " + Terminal.plain(new PendingException(approval).line())));
    terminal.err().flush();
    if (ApplyReport.isUnreached(outcomes)) {
      return ExitCodes.UNREACHABLE;
    }
    if (ApplyReport.hasFailed(outcomes)) {
      return ExitCodes.FAILED;
    }
    return ApplyReport.pending(outcomes).isEmpty() ? ExitCodes.OK : ExitCodes.PENDING;
  }
}
