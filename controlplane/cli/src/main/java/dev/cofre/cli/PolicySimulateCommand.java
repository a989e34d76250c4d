package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code policy simulate}: what would be the answer with a draft in force. */
@Command(
    name = "simulate",
    description = "Answers a question as if a policy's draft were in force; keeps nothing.")
final class PolicySimulateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--file",
      required = true,
      paramLabel = "FILE",
      description = "The draft, JSON; - is the standard input.")
  private Path file;

  @Mixin private QuestionOptions question;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  PolicySimulateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    JsonObject request =
        new JsonObject()
            .put("policy", DocumentFile.read(terminal, file))
            .put("questions", new JsonArray().add(question.document()));
    JsonObject answer =
        plane.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls -> calls.post(PolicyCommand.PATH + "/simulate", request));
    output.print(terminal, answer.getJsonArray("answers").getJsonObject(0));
    return ExitCodes.OK;
  }
}
