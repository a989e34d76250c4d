package dev.cofre.loadtest.command;

import dev.cofre.loadtest.report.StoredRun;
import dev.cofre.loadtest.run.Comparison;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Whether two runs differ beyond noise. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Says whether two runs differ beyond their own noise: their seconds are drawn anew a thousand times, and a figure",
      "differs when 95% of the ratios lie on one side of 1 and it changed by more than 5%."
    },
    footer = {"", "Exit codes: 0 no figure differs; 1 one does; 2 wrong usage, or an invalid run."})
final class CompareCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "DIR", description = "The --out of the first run.")
  Path first;

  @Parameters(index = "1", paramLabel = "DIR", description = "That of the second.")
  Path second;

  @Mixin Output output;

  @Override
  public Integer call() throws Exception {
    StoredRun a = StoredRun.read(first);
    StoredRun b = StoredRun.read(second);
    List<Comparison.Line> lines = Comparison.of(a, b);
    boolean differs = lines.stream().anyMatch(Comparison.Line::differs);
    boolean valid = a.isValid() && b.isValid();
    output.print(text(lines, differs, valid), json(lines, differs, valid));
    return !valid ? ExitCodes.INVALID : differs ? ExitCodes.MISSED : ExitCodes.HOLDS;
  }

  private static String text(List<Comparison.Line> lines, boolean differs, boolean valid) {
    StringBuilder text = new StringBuilder();
    for (Comparison.Line line : lines) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-14s %12.3f %12.3f   ratio %.3f (95%%: %.3f to %.3f)   %s%n",
              line.name(),
              line.first(),
              line.second(),
              line.ratio(),
              line.low(),
              line.high(),
              line.differs() ? "DIFFERS" : "within noise"));
    }
    text.append(differs ? "the runs differ" : "no difference beyond noise");
    return text.append(valid ? "" : "; but one of the runs is invalid").toString();
  }

  private static JsonObject json(List<Comparison.Line> lines, boolean differs, boolean valid) {
    JsonArray array = new JsonArray();
    for (Comparison.Line line : lines) {
      array.add(
          new JsonObject()
              .put("name", line.name())
              .put("first", line.first())
              .put("second", line.second())
              .put("ratio", line.ratio())
              .put("low", line.low())
              .put("high", line.high())
              .put("differs", line.differs()));
    }
    return new JsonObject().put("differs", differs).put("valid", valid).put("figures", array);
  }
}
