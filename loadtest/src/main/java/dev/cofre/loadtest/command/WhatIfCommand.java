package dev.cofre.loadtest.command;

import dev.cofre.loadtest.report.NodeFigures;
import dev.cofre.loadtest.report.StoredRun;
import dev.cofre.loadtest.run.UsageException;
import dev.cofre.loadtest.run.WhatIf;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What another setting would give, and how well that was foretold. */
@Command(
    name = "what-if",
    mixinStandardHelpOptions = true,
    description = {
      "Predicts p99 and the largest rate of other settings from a run (docs/LOAD.md states the model). With --against,",
      "the run of such a setting is held against its prediction, and the error is shown. Writes what-if.html to DIR."
    },
    footer = {"", "Exit codes: 0 done; 2 wrong usage, or a run without the node's metrics."})
final class WhatIfCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "The --out of a run.")
  Path run;

  @Option(
      names = "--hsm-threads",
      paramLabel = "N",
      description = "The node's hsm.threads in that run (default: 2).")
  int hsmThreads = 2;

  @Option(
      names = "--processors",
      paramLabel = "N",
      description = "Processors of the node (default: this machine's).")
  int processors = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description = "A run whose hit share and rate are put in; its p99 is the truth.")
  Path against;

  @Option(
      names = "--against-hsm-threads",
      paramLabel = "N",
      description = "The node's hsm.threads in that run (default: as --hsm-threads).")
  Integer againstThreads;

  @Mixin Output output;

  @Override
  public Integer call() throws Exception {
    if (hsmThreads < 1 || processors < 1) {
      throw new UsageException("--hsm-threads and --processors must be 1 or more");
    }
    StoredRun stored = StoredRun.read(run);
    WhatIf whatIf = new WhatIf(stored, hsmThreads, processors);
    List<WhatIf.Prediction> predictions = whatIf.usual().stream().map(whatIf::predict).toList();
    StringBuilder text = new StringBuilder();
    JsonArray array = new JsonArray();
    for (WhatIf.Prediction prediction : predictions) {
      text.append(line(prediction));
      array.add(json(prediction));
    }
    JsonObject json = new JsonObject().put("predictions", array);
    WhatIfPage.Score score = against == null ? null : score(whatIf);
    if (score != null) {
      tell(score, text, json);
    }
    Path page = run.resolve("what-if.html");
    Files.writeString(page, WhatIfPage.of(stored, predictions, score));
    text.append("page: ").append(page);
    output.print(text.toString().stripTrailing(), json);
    return ExitCodes.HOLDS;
  }

  private static String line(WhatIf.Prediction prediction) {
    return String.format(
        Locale.ROOT,
        "%-16s p99 %10.3f ms   largest rate %,10.0f/s (limit: %s)%n",
        prediction.setting().name(),
        prediction.p99Ms(),
        prediction.rateMax(),
        prediction.limit());
  }

  private static JsonObject json(WhatIf.Prediction prediction) {
    double p99Ms = prediction.p99Ms();
    return new JsonObject()
        .put("name", prediction.setting().name())
        .put("p99Ms", Double.isFinite(p99Ms) ? (Double) p99Ms : null)
        .put("rateMax", prediction.rateMax())
        .put("limit", prediction.limit());
  }

  private WhatIfPage.Score score(WhatIf whatIf) throws Exception {
    StoredRun truth = StoredRun.read(against);
    NodeFigures node = NodeFigures.read(truth.summary());
    double rate = node.requests() / truth.summary().getDouble("seconds");
    int threads = againstThreads == null ? hsmThreads : againstThreads;
    WhatIf.Prediction prediction =
        whatIf.predict(new WhatIf.Setting("the other run", 1, node.hitShare(), threads, rate));
    double measuredMs = truth.latency().getValueAtPercentile(99) / 1e6;
    double error = prediction.p99Ms() / measuredMs - 1;
    return new WhatIfPage.Score(truth, prediction, measuredMs, error);
  }

  private static void tell(WhatIfPage.Score score, StringBuilder text, JsonObject json) {
    WhatIf.Prediction prediction = score.prediction();
    double measuredMs = score.measuredMs();
    double error = score.error();
    text.append(line(prediction));
    text.append(
        String.format(
            Locale.ROOT,
            "%-16s p99 %10.3f ms   prediction off by %+.0f%%%n",
            "measured",
            measuredMs,
            100 * error));
    json.put(
        "against",
        json(prediction)
            .put("measuredP99Ms", measuredMs)
            .put("error", Double.isFinite(error) ? (Double) error : null));
  }
}
