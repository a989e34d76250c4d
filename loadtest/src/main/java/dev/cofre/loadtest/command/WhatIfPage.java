package dev.cofre.loadtest.command;

import dev.cofre.loadtest.report.StoredRun;
import dev.cofre.loadtest.run.WhatIf;
import dev.cofre.report.Bars;
import dev.cofre.report.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code what-if.html}: what was foretold, and how far off that was where another run tells. */
final class WhatIfPage {
  /** Beyond this a prediction is shown as missed. */
  private static final double ERROR_MAX = 0.5;

  private WhatIfPage() {}

  /**
   * How a prediction did.
   *
   * @param measuredMs the other run's p99
   * @param error of the prediction, as a part of what was measured
   */
  record Score(StoredRun run, WhatIf.Prediction prediction, double measuredMs, double error) {}

  /** {@code score} is null without another run. */
  static String of(StoredRun run, List<WhatIf.Prediction> predictions, Score score) {
    String name = run.summary().getString("name", "a run");
    Page page = new Page("What if: " + name).heading(1, "What if: " + name);
    if (score != null) {
      page.verdict(
          Math.abs(score.error()) <= ERROR_MAX,
          String.format(
              Locale.ROOT,
              "The run of another setting was foretold with an error of %+.0f%%",
              100 * score.error()));
    }
    page.paragraph(
        "From the measured service times, hit share and HSM of "
            + run.folder()
            + ". The model and what it leaves out: docs/LOAD.md, What if. It tells the direction and the order of size.");
    page.table(List.of("setting", "p99, ms", "largest rate, /s", "limit"), rows(predictions));
    page.heading(2, "p99, ms").drawing(bars(predictions));
    if (score != null) {
      page.heading(2, "Held against a run")
          .table(
              List.of("", "p99, ms"),
              List.of(
                  List.of("predicted", figure(score.prediction().p99Ms())),
                  List.of("measured in " + score.run().folder(), figure(score.measuredMs()))));
    }
    return page.end();
  }

  private static List<List<String>> rows(List<WhatIf.Prediction> predictions) {
    List<List<String>> rows = new ArrayList<>();
    for (WhatIf.Prediction prediction : predictions) {
      rows.add(
          List.of(
              prediction.setting().name(),
              figure(prediction.p99Ms()),
              String.format(Locale.ROOT, "%,.0f", prediction.rateMax()),
              prediction.limit()));
    }
    return rows;
  }

  private static String bars(List<WhatIf.Prediction> predictions) {
    double most =
        predictions.stream()
            .mapToDouble(WhatIf.Prediction::p99Ms)
            .filter(Double::isFinite)
            .max()
            .orElse(1);
    Bars bars = new Bars(most);
    for (WhatIf.Prediction prediction : predictions) {
      double p99Ms = prediction.p99Ms();
      bars.add(prediction.setting().name(), p99Ms, figure(p99Ms), 0, Double.isFinite(p99Ms));
    }
    return bars.html();
  }

  private static String figure(double ms) {
    return Double.isFinite(ms) ? String.format(Locale.ROOT, "%,.3f", ms) : "grows without end";
  }
}
