package dev.cofre.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.openjdk.jmh.runner.RunnerException;

/** {@code ./cofre bench}. */
public final class BenchMain {
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  /** Where runs are committed. */
  private static final Path RUNS =
      Path.of(System.getProperty("cofre.root", "."), "docs", "perf", "runs");

  private Effort effort = Effort.FULL;
  private Path out = Path.of("target", "bench");
  private Pattern only = Pattern.compile("");
  private boolean keep;

  private BenchMain() {}

  /** Exit code 0: all gates hold; 1: one is missed or an answer is wrong; 2: wrong usage. */
  public static void main(String[] args) throws IOException {
    System.exit(new BenchMain().run(args));
  }

  private int run(String[] args) throws IOException {
    try {
      parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println("cofre: " + e.getMessage() + "; see ./cofre bench --help");
      return WRONG_USAGE;
    }
    Suite suite = new Suite();
    List<Gate> gates = Gate.all(suite).stream().filter(this::isWanted).toList();
    List<Subject> further =
        suite.all().stream().filter(subject -> only.matcher(subject.toString()).find()).toList();
    if (gates.isEmpty() && further.isEmpty()) {
      System.err.println("cofre: no benchmark matches " + only);
      return WRONG_USAGE;
    }
    Map<String, String> environment = Environment.now();
    try {
      Measurements measurements = new Rounds(suite, effort, gates).run(further);
      return write(new Report(Row.all(measurements, gates), effort, environment));
    } catch (RunnerException e) {
      System.err.println("cofre: a benchmark failed or gave a wrong answer: " + e.getMessage());
      return FAILED;
    }
  }

  private void parse(String[] args) {
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick" -> effort = Effort.QUICK;
        case "--gate" -> effort = Effort.GATE;
        case "--keep" -> keep = true;
        case "--out" -> out = Path.of(value(args, ++i));
        case "--only" -> only = pattern(value(args, ++i));
        default -> throw new IllegalArgumentException("there is no option " + args[i]);
      }
    }
  }

  private static String value(String[] args, int i) {
    if (i == args.length) {
      throw new IllegalArgumentException(args[i - 1] + " needs a value");
    }
    return args[i];
  }

  private static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("not a pattern: " + e.getMessage(), e);
    }
  }

  private boolean isWanted(Gate gate) {
    return only.matcher(gate.subject().toString()).find() || only.matcher(gate.what()).find();
  }

  /** One file for a day and commit: a later run of both takes its place. */
  private static void keep(Report report) throws IOException {
    Map<String, String> environment = report.environment();
    String day = environment.get("date").replaceAll("T.*", "");
    Files.createDirectories(RUNS);
    Path file = RUNS.resolve(day + "-" + environment.get("commit") + ".json");
    Files.writeString(file, ResultsJson.of(report));
    System.out.println("Kept: " + file);
  }

  private int write(Report report) throws IOException {
    Files.createDirectories(out);
    Files.writeString(out.resolve("results.json"), ResultsJson.of(report));
    Files.writeString(out.resolve("report.html"), HtmlReport.of(report, History.read(RUNS)));
    Files.writeString(out.resolve("figures.md"), MarkdownTable.of(report));
    if (keep) {
      keep(report);
    }
    for (Row row : report.gated()) {
      System.out.printf(
          Locale.ROOT,
          "%-7s %-42s %7.2f  gate %-5s of %s, %s%n",
          row.holds(effort.margin()) ? "holds" : "MISSED",
          row.gate().what(),
          row.ratio(),
          MarkdownTable.number(row.gate().atLeast()),
          row.gate().against(),
          row.gate().measure());
    }
    int missed = report.missed().size();
    System.out.printf(
        Locale.ROOT,
        "%d of %d gates hold%s. Report: %s%n",
        report.gated().size() - missed,
        report.gated().size(),
        effort.margin() < 1 ? " at " + effort.margin() + " of each" : "",
        out.resolve("report.html"));
    return missed == 0 ? 0 : FAILED;
  }
}
