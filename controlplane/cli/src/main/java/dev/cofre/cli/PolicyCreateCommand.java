package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code policy create}: a policy from options or from a document. */
@Command(
    name = "create",
    description = "Makes a policy, from options or from a document.",
    footer = {
      "",
      "Example:",
      "  cofre policy create --name shop-orders --principal shop --action encrypt,decrypt \\",
      "    --key orders"
    })
final class PolicyCreateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @ArgGroup(multiplicity = "1")
  private Source source;

  @Mixin private OutputOption output;
  @Mixin private ChangingPlane plane;

  /** Either a document or the options that make one. */
  static final class Source {
    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "The policy's document, JSON; - is the standard input.")
    private Path file;

    @ArgGroup(exclusive = false)
    private Parts parts;
  }

  /** The document's fields. */
  static final class Parts {
    @Option(names = "--name", required = true, description = "Name of the policy.")
    private String name;

    @Option(
        names = "--effect",
        defaultValue = "allow",
        description = "allow or deny (default ${DEFAULT-VALUE}).")
    private String effect;

    @Option(
        names = "--principal",
        required = true,
        split = ",",
        paramLabel = "P",
        description = "Who: one or more principals.")
    private List<String> principals;

    @Option(
        names = "--action",
        required = true,
        split = ",",
        paramLabel = "A",
        description =
            "What: encrypt, decrypt, data-key:generate, data-key:unwrap; reencrypt needs encrypt"
                + " and decrypt.")
    private List<String> actions;

    @Option(
        names = "--key",
        required = true,
        split = ",",
        paramLabel = "KEY",
        description = "With which keys: aliases or ids.")
    private List<String> keys;
  }

  PolicyCreateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    JsonObject document =
        source.file != null ? DocumentFile.read(terminal, source.file) : documentOf(source.parts);
    output.print(
        terminal,
        plane.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls -> calls.post(PolicyCommand.PATH, document)));
    return ExitCodes.OK;
  }

  private static JsonObject documentOf(Parts parts) {
    return new JsonObject()
        .put("name", parts.name)
        .put("effect", parts.effect)
        .put("principals", new JsonArray(parts.principals))
        .put("actions", new JsonArray(parts.actions))
        .put("keys", new JsonArray(parts.keys));
  }
}
