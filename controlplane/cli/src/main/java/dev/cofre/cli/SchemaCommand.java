package dev.cofre.cli;

import dev.cofre.cli.shape.JsonSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code schema}: the JSON Schema of keys as code, for editors. */
@Command(
    name = "schema",
    description = "Prints the JSON Schema of the files that apply reads, for editors.")
final class SchemaCommand implements Callable<Integer> {
  private final Terminal terminal;

  SchemaCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    terminal.print(JsonSchema.write().encodePrettily() + "\n");
    return ExitCodes.OK;
  }
}
