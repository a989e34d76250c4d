package dev.cofre.cli;

import dev.cofre.cli.code.InvalidFilesException;
import dev.cofre.cli.code.KeysAsCode;
import dev.cofre.cli.code.Service;
import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of the commands that read keys as code. */
final class CodeOptions {
  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "PATH",
      description = "A YAML file, or a folder with *.yaml and *.yml files; may be repeated.")
  private List<Path> paths;

  @Mixin private KindOption kinds;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;
  @Mixin private KeyToken keyToken;

  /** Reads the files, reaches the service, and does {@code work}. */
  int run(Terminal terminal, Function<KeysAsCode, Integer> work) throws IOException {
    try {
      for (Path path : paths) {
        if (!Files.isReadable(path)) {
          throw new CliException(ExitCodes.LOCAL_IO, "cannot read " + path);
        }
      }
      List<Document> documents = KeysAsCode.read(paths);
      try (CodeService service = CodeService.open(terminal.environment(), plane, keyToken)) {
        return work.apply(of(documents, service));
      }
    } catch (InvalidFilesException e) {
      return invalid(terminal, e);
    }
  }

  private KeysAsCode of(List<Document> documents, Service service) {
    return KeysAsCode.of(documents, kinds.chosen(), service, Clock.systemUTC());
  }

  private int invalid(Terminal terminal, InvalidFilesException e) {
    if (output.isJson()) {
      output.print(terminal, new JsonObject().put("errors", new JsonArray(e.lines())));
    }
    return tell(terminal, e);
  }

  /** Tells what is wrong with files, a line for each error. */
  static int tell(Terminal terminal, InvalidFilesException e) {
    e.lines().forEach(line -> terminal.err().println(Terminal.plain(line)));
    terminal.err().flush();
    throw new CliException(ExitCodes.FAILED, e.getMessage() + "; nothing was changed");
  }

  /** Prints {@code json}, or {@code lines}, as it was asked for. */
  void print(Terminal terminal, JsonObject json, List<String> lines) {
    if (output.isJson()) {
      output.print(terminal, json);
    } else {
      StringBuilder text = new StringBuilder();
      for (String line : lines) {
        int indent = line.length() - line.stripLeading().length();
        text.append(" ".repeat(indent)).append(Terminal.plain(line)).append('\n');
      }
      terminal.print(text.toString());
    }
  }

  /** Which kinds are meant. */
  static final class KindOption {
    @Option(
        names = "--kind",
        split = ",",
        paramLabel = "KIND",
        description = "Only objects of these kinds: Key, Policy, Group, Principal, DataClass.")
    private List<String> names;

    Set<DocumentKind> chosen() {
      Set<DocumentKind> chosen = EnumSet.noneOf(DocumentKind.class);
      if (names == null) {
        chosen.addAll(EnumSet.complementOf(EnumSet.of(DocumentKind.SCOPE)));
        return chosen;
      }
      for (String name : names) {
        chosen.add(
            DocumentKind.find(name)
                .filter(kind -> kind != DocumentKind.SCOPE)
                .orElseThrow(
                    () ->
                        new CliException(
                            ExitCodes.USAGE,
                            "--kind must be of Key, Policy, Group, Principal, DataClass, not "
                                + name)));
      }
      return chosen;
    }
  }

  /** Who changes keys is another one than who says who may use them. */
  static final class KeyToken {
    @Option(
        names = "--key-token-file",
        paramLabel = "FILE",
        description =
            "The crypto officer's token, for keys, when --token-file is the security"
                + " administrator's (COFRE_KEY_TOKEN_FILE).")
    Path file;
  }
}
