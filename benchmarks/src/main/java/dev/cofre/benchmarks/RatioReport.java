package dev.cofre.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Prints what docs/adr/0004-key-derivation.md rests on: each request path's time as a ratio of
 * {@link BareBenchmark}.
 *
 * <p>On a machine with neighbours the minutes differ more than the candidates do. So each round
 * runs every benchmark once, in a fork of its own, of which the fastest of many short iterations
 * counts, and a ratio is taken within a round; the median of the rounds is printed, with the lowest
 * and highest, and the ratio of the fastest of all rounds.
 */
public final class RatioReport {
  private final Map<String, List<Double>> times = new TreeMap<>();
  private final Map<String, Double> garbage = new TreeMap<>();

  private RatioReport() {}

  /**
   * Runs as many rounds as the first argument says, else five, of the paths named by the second,
   * else of all.
   */
  public static void main(String[] args) throws RunnerException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    RatioReport report = new RatioReport();
    for (int i = 0; i < rounds; i++) {
      report.round(args);
    }
    report.print();
  }

  private void round(String[] args) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(BareBenchmark.class.getSimpleName())
            .include(RequestBenchmark.class.getSimpleName())
            .include(DerivationBenchmark.class.getSimpleName())
            .forks(1)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    if (args.length > 1) {
      options.param("path", args[1].split(","));
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    for (RunResult result : results) {
      String name = name(result);
      times
          .computeIfAbsent(name, n -> new ArrayList<>())
          .add(result.getPrimaryResult().getStatistics().getMin());
      Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
      garbage.put(name, bytes == null ? Double.NaN : bytes.getScore());
    }
  }

  private static String name(RunResult result) {
    String benchmark = result.getParams().getBenchmark();
    StringBuilder name =
        new StringBuilder(
            benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1));
    for (String key : result.getParams().getParamsKeys()) {
      name.append(' ').append(result.getParams().getParam(key));
    }
    return name.toString();
  }

  private void print() {
    System.out.println("| benchmark | ns | B | of bare | lowest – highest | fastest |");
    System.out.println("|---|---|---|---|---|---|");
    times.forEach(
        (name, ns) -> {
          List<Double> ratios = new ArrayList<>();
          List<Double> bare = times.get("BareBenchmark." + operation(name));
          for (int i = 0; bare != null && i < ns.size(); i++) {
            ratios.add(bare.get(i) / ns.get(i));
          }
          System.out.printf(
              Locale.ROOT,
              "| %s | %.0f | %.0f | %s |%n",
              name,
              median(ns),
              garbage.get(name),
              bare == null ? " | | " : spread(ratios, fastest(bare) / fastest(ns)));
        });
  }

  private static String operation(String name) {
    String benchmark = name.split(" ")[0];
    return benchmark.substring(benchmark.indexOf('.') + 1);
  }

  private static String spread(List<Double> ratios, double fastest) {
    return String.format(
        Locale.ROOT,
        "%.2f | %.2f – %.2f | %.2f",
        median(ratios),
        fastest(ratios),
        ratios.stream().max(Double::compare).orElseThrow(),
        fastest);
  }

  private static double fastest(List<Double> values) {
    return values.stream().min(Double::compare).orElseThrow();
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
