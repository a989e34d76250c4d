package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import dev.cofre.cli.SecretImporter.Existing;
import dev.cofre.cli.SecretImporter.Outcome;
import dev.cofre.cli.SecretImporter.Row;
import dev.cofre.cli.migrate.ImportMap;
import dev.cofre.cli.migrate.ImportPlan;
import dev.cofre.cli.migrate.MapSkeleton;
import dev.cofre.cli.migrate.SourceKind;
import dev.cofre.cli.migrate.Sources;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.YamlReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code secret import}: secrets of other systems. */
@Command(
    name = "import",
    description = {
      "Writes the secrets that files of other systems hold. Nothing is asked or written unless all",
      "of them can be read, named and described; values are never shown. Running it again goes on",
      "where it ended. Exit code 1: one or more secrets were refused."
    },
    footer = {
      "",
      "Examples:",
      "  cofre secret import --from env --init-map shop.env > map.yaml",
      "  cofre secret import --from env --map map.yaml --dry-run shop.env",
      "  cofre secret import --from vault --map map.yaml orders-db.v1.json orders-db.v2.json"
    })
final class SecretImportCommand implements Callable<Integer> {
  private static final long PROGRESS_NS = 5_000_000_000L;
  private static final Path STANDARD_INPUT = Path.of("-");
  private static final List<Column> COLUMNS =
      List.of(
          Column.of("NAME", 32, "name"),
          Column.of("OUTCOME", 11, "outcome"),
          Column.of("VALUES", 6, "values"),
          Column.of("WRITTEN", 7, "written"),
          Column.of("VERSION", 7, "version"),
          Column.of("FROM", 24, "from"),
          Column.of("WHY", 8, "why"));

  private final Terminal terminal;
  private long toldNs = System.nanoTime();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "KIND",
      description = "What the files are: ${COMPLETION-CANDIDATES}.")
  private SourceKind kind;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files; - is standard input.")
  private List<Path> files;

  @Option(names = "--map", paramLabel = "FILE", description = "Names and what is said, YAML.")
  private Path mapFile;

  @Option(names = "--init-map", description = "Print the beginning of such a map; ask nothing.")
  private boolean initMap;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What names begin with that the map does not give.")
  private String prefix;

  @Option(names = "--environment", description = "dev, staging or prod.")
  private String environment;

  @Option(names = "--data-class", description = "public, internal, confidential or restricted.")
  private String dataClass;

  @Option(
      names = "--existing",
      paramLabel = "HOW",
      defaultValue = "refuse",
      description = {
        "What becomes of secrets that are there and are not known to hold the same:",
        "${COMPLETION-CANDIDATES} (the newest value as another version); default ${DEFAULT-VALUE}."
      })
  private Existing existing;

  @Option(names = "--dry-run", description = "Write nothing; say which are there already.")
  private boolean dryRun;

  @Mixin private SecretOptions options;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  SecretImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    FileErrors errors = new FileErrors();
    Sources sources = new Sources(errors);
    try {
      read(sources);
      sources.notes().forEach(this::say);
      // In a file with a mistake, a name may be a piece of a value: no message is to show it.
      requireRight(errors);
      if (initMap) {
        terminal.print(skeleton(sources));
        return ExitCodes.OK;
      }
      ImportPlan plan = ImportPlan.of(sources, map(), said(), prefix, errors);
      requireRight(errors);
      return run(plan);
    } finally {
      sources.wipe();
    }
  }

  private String skeleton(Sources sources) {
    String map = MapSkeleton.of(sources, said(), prefix);
    if (map.getBytes(StandardCharsets.UTF_8).length > YamlReader.FILE_BYTES_MAX) {
      throw new CliException(
          ExitCodes.USAGE,
          "the map would be larger than the "
              + YamlReader.FILE_BYTES_MAX
              + " bytes that --map takes; import fewer files at once");
    }
    return map;
  }

  private int run(ImportPlan plan) {
    Consumer<Integer> progress = done -> progress(done, plan.secrets().size());
    List<Row> rows =
        plane.call(
            terminal.environment(),
            SecretCommand.OWNER,
            calls -> {
              SecretImporter importer = new SecretImporter(calls, existing);
              return dryRun ? importer.look(plan, progress) : importer.write(plan, progress);
            });
    JsonArray items = new JsonArray();
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    for (Row row : rows) {
      items.add(row.json());
      counts.merge(row.outcome(), 1, Integer::sum);
    }
    new Pages(terminal, output, COLUMNS).print(new JsonObject().put("items", items));
    StringBuilder summary = new StringBuilder(dryRun ? "nothing was written: " : "");
    counts.forEach(
        (outcome, count) ->
            summary
                .append(count)
                .append(' ')
                .append(outcome.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .append(", "));
    say(summary.append(plan.skipped()).append(" left out by the map").toString());
    if (counts.containsKey(Outcome.NOT_REACHED)) {
      return ExitCodes.UNREACHABLE;
    }
    return counts.containsKey(Outcome.REFUSED) ? ExitCodes.FAILED : ExitCodes.OK;
  }

  private void read(Sources sources) throws IOException {
    if (files.size() > Sources.FILES_MAX) {
      throw new CliException(ExitCodes.USAGE, "more than " + Sources.FILES_MAX + " files");
    }
    long total = 0;
    for (Path file : files) {
      byte[] bytes = bytes(file, Sources.FILE_BYTES_MAX);
      try {
        total += bytes.length;
        if (total > Sources.BYTES_MAX) {
          throw new CliException(
              ExitCodes.USAGE,
              "the files are larger than " + Sources.BYTES_MAX + " bytes together");
        }
        kind.read(file.toString(), bytes, sources);
      } finally {
        Arrays.fill(bytes, (byte) 0);
      }
    }
  }

  private byte[] bytes(Path file, int bytesMax) throws IOException {
    byte[] bytes;
    if (file.equals(STANDARD_INPUT)) {
      bytes = terminal.in().readNBytes(bytesMax + 1);
    } else {
      try (InputStream in = Files.newInputStream(file)) {
        bytes = in.readNBytes(bytesMax + 1);
      } catch (IOException e) {
        throw new CliException(ExitCodes.LOCAL_IO, "cannot read " + file);
      }
    }
    if (bytes.length > bytesMax) {
      Arrays.fill(bytes, (byte) 0);
      throw new CliException(ExitCodes.USAGE, file + " is larger than " + bytesMax + " bytes");
    }
    return bytes;
  }

  private ImportMap map() throws IOException {
    if (mapFile == null) {
      return ImportMap.EMPTY;
    }
    FileErrors own = new FileErrors();
    ImportMap map =
        ImportMap.read(mapFile.toString(), bytes(mapFile, YamlReader.FILE_BYTES_MAX), own)
            .orElse(ImportMap.EMPTY);
    requireRight(own);
    return map;
  }

  /** What the options say of all secrets. */
  private JsonObject said() {
    JsonObject said = options.document();
    if (environment != null) {
      said.put("environment", environment);
    }
    return dataClass == null ? said : said.put("dataClass", dataClass);
  }

  private void requireRight(FileErrors errors) {
    if (!errors.isEmpty()) {
      errors.lines().forEach(this::say);
      throw new CliException(
          ExitCodes.USAGE, errors.count() + " things are wrong; nothing was asked or written");
    }
  }

  private void progress(int done, int all) {
    if (System.nanoTime() - toldNs > PROGRESS_NS) {
      toldNs = System.nanoTime();
      say(done + " of " + all);
    }
  }

  private void say(String text) {
    terminal.err().println("cofre: " + Terminal.plain(text));
    terminal.err().flush();
  }
}
