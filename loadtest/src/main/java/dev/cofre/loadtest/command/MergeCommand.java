package dev.cofre.loadtest.command;

import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.observe.Environment;
import dev.cofre.loadtest.report.Run;
import dev.cofre.loadtest.report.RunFolder;
import dev.cofre.loadtest.report.StoredRun;
import dev.cofre.loadtest.report.Summary;
import dev.cofre.loadtest.run.Merge;
import dev.cofre.loadtest.run.UsageException;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.slo.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The parts of one run as one. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    description = {
      "Adds up what the parts of one run have measured (load --part I/N --start-at TIME), histogram by histogram."
    },
    footer = {"", "Exit codes: as load."})
final class MergeCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "DIR", description = "The --out of each part.")
  List<Path> folders;

  @Option(names = "--slo", paramLabel = "FILE", description = "What must hold.")
  Path slo;

  @Mixin Output output;

  @Override
  public Integer call() throws Exception {
    Path folder = output.folder();
    List<StoredRun> runs = new ArrayList<>();
    for (Path part : folders) {
      if (part.toAbsolutePath().normalize().equals(folder.toAbsolutePath().normalize())) {
        throw new UsageException("--out must not be one of the parts, " + part);
      }
      runs.add(StoredRun.read(part));
    }
    LoadResult result = Merge.of(runs);
    StoredRun first = runs.getFirst();
    Verdict verdict = slo == null ? null : Verdict.of(Slo.read(slo), result, List.of(), List.of());
    Run run =
        new Run(
            first.summary().getString("name"),
            first.summary().getString("target"),
            first.summary().getString("protocol"),
            first.summary().getLong("seed"),
            result,
            null,
            Double.NaN,
            List.of(),
            List.of(),
            verdict,
            Environment.now(),
            List.of("merged from " + runs.size() + " parts"));
    RunFolder.write(folder, run);
    output.print(LoadCommand.text(run), Summary.json(run));
    if (result.validity() != Validity.VALID) {
      return ExitCodes.INVALID;
    }
    return verdict == null || verdict.holds() ? ExitCodes.HOLDS : ExitCodes.MISSED;
  }
}
