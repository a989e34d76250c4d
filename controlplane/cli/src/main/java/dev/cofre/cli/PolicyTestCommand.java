package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code policy test}: the tests of a draft. */
@Command(
    name = "test",
    description = "Runs the tests in a policy's document as if it were in force; keeps nothing.")
final class PolicyTestCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--file",
      required = true,
      paramLabel = "FILE",
      description = "The policy's document, JSON; - is the standard input.")
  private Path file;

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  PolicyTestCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    JsonObject draft = DocumentFile.read(terminal, file);
    JsonObject answer =
        plane.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls ->
                calls.post(
                    PolicyCommand.PATH + "/simulate", new JsonObject().put("policy", draft)));
    JsonArray failed = answer.getJsonArray("failedTests");
    int tests = draft.getValue("tests") instanceof JsonArray array ? array.size() : 0;
    output.print(terminal, new JsonObject().put("tests", tests).put("failed", failed));
    return failed.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }
}
