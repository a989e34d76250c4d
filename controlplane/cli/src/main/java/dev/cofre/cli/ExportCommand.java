package dev.cofre.cli;

import dev.cofre.cli.code.Exporter;
import dev.cofre.cli.code.InvalidFilesException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code export}: what exists, as the files that describe it. */
@Command(
    name = "export",
    description = {
      "Writes what there is as files that apply reads: a folder for each kind, a file for each"
          + " object.",
      "Left out: keys that are destroyed or soon will be, and the principals of nodes."
    })
final class ExportCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = {"-d", "--directory"},
      required = true,
      paramLabel = "DIR",
      description = "Where to write; it is made when it is not there.")
  private Path directory;

  @Option(names = "--force", description = "Replace files that are there.")
  private boolean force;

  @Mixin private CodeOptions.KindOption kinds;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;
  @Mixin private CodeOptions.KeyToken keyToken;

  ExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Map<String, String> files;
    try (CodeService service = CodeService.open(terminal.environment(), plane, keyToken)) {
      files = Exporter.files(service, kinds.chosen());
    } catch (InvalidFilesException e) {
      return CodeOptions.tell(terminal, e);
    }
    try {
      Exporter.write(directory, files, force);
    } catch (FileAlreadyExistsException e) {
      throw new CliException(
          ExitCodes.LOCAL_IO, e.getMessage() + " is there already; --force replaces such files");
    }
    if (output.isJson()) {
      JsonArray names = new JsonArray(new ArrayList<>(files.keySet()));
      output.print(
          terminal, new JsonObject().put("directory", directory.toString()).put("files", names));
    } else {
      terminal.print(files.size() + " files written to " + directory + "\n");
    }
    return ExitCodes.OK;
  }
}
