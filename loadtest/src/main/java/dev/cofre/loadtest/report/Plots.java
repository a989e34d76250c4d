package dev.cofre.loadtest.report;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.observe.MetricsSample;
import dev.cofre.report.Plot;
import dev.cofre.report.Plot.Mark;
import dev.cofre.report.Plot.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** The drawings of a run. */
final class Plots {
  private static final double NINES_MAX = 5;
  private static final double NINES_STEP = 0.05;

  private final Run run;
  private final double seconds;
  private final List<Mark> marks;

  Plots(Run run) {
    this.run = run;
    this.seconds = Math.max(1, run.result().seconds());
    this.marks =
        run.events().stream().map(event -> new Mark(event.atSeconds(), event.name())).toList();
  }

  /** Open loop, and beside it what a closed loop would have told. */
  String percentiles() {
    LoadResult result = run.result();
    double nines =
        Math.clamp(
            Math.ceil(Math.log10(Math.max(10.0, (double) result.latency().getTotalCount()))),
            2,
            NINES_MAX);
    Plot plot =
        new Plot("Latency by percentile", "ms")
            .tenfolds()
            .add("from intended send", curve(result.latency(), nines))
            .add("service time", curve(result.service(), nines));
    if (run.closedLoop() != null) {
      plot.add("a closed loop says", curve(run.closedLoop().latency(), nines));
    }
    return plot.overPercentiles(nines);
  }

  private static List<Point> curve(Histogram histogram, double nines) {
    List<Point> points = new ArrayList<>();
    for (double nine = 0; nine <= nines && histogram.getTotalCount() > 0; nine += NINES_STEP) {
      double percentile = 100 * (1 - Math.pow(10, -nine));
      points.add(new Point(nine, histogram.getValueAtPercentile(percentile) / 1e6));
    }
    return points;
  }

  String latency() {
    return new Plot("Latency over time, by second", "ms")
        .tenfolds()
        .with(marks)
        .add("p50", percentile(50))
        .add("p99", percentile(99))
        .add("max", percentile(100))
        .overTime(seconds);
  }

  private List<Point> percentile(double percentile) {
    return intervals(
        interval ->
            interval.latency().getTotalCount() == 0
                ? Double.NaN
                : interval.latency().getValueAtPercentile(percentile) / 1e6);
  }

  String throughput() {
    return new Plot("Requests a second, asked and reached", "")
        .with(marks)
        .add("asked", intervals(interval -> interval.due() / interval.seconds()))
        .add("done", intervals(interval -> interval.done() / interval.seconds()))
        .add("failed", intervals(interval -> interval.failed() / interval.seconds()))
        .overTime(seconds);
  }

  String generator() {
    return new Plot("The generator itself: late sends and hiccups, by second", "ms")
        .tenfolds()
        .add("late p99.9", intervals(interval -> interval.late().getValueAtPercentile(99.9) / 1e6))
        .add("hiccup max", intervals(interval -> interval.hiccupMaxNs() / 1e6))
        .overTime(seconds);
  }

  private List<Point> intervals(ToDoubleFunction<Interval> value) {
    return run.result().intervals().stream()
        .filter(interval -> interval.seconds() > 0.3)
        .map(i -> new Point(i.startSeconds() + i.seconds() / 2, value.applyAsDouble(i)))
        .toList();
  }

  String cache() {
    return new Plot("Data key cache: hits of all look-ups", "%")
        .with(marks)
        .add("hit ratio", hitRatio())
        .overTime(seconds);
  }

  private List<Point> hitRatio() {
    List<Point> hits = rate("cofre_data_key_cache_hits_total", 1);
    List<Point> misses = rate("cofre_data_key_cache_misses_total", 1);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < hits.size(); i++) {
      double all = hits.get(i).y() + misses.get(i).y();
      points.add(new Point(hits.get(i).x(), all > 0 ? 100 * hits.get(i).y() / all : Double.NaN));
    }
    return points;
  }

  String hsm() {
    return new Plot("HSM: calls a second and calls that wait", "")
        .with(marks)
        .add("calls a second", rate("cofre_hsm_calls_total", 1))
        .add("queue", gauge("cofre_hsm_queue"))
        .overTime(seconds);
  }

  String collections() {
    return new Plot("Data plane: collections", "ms for each second")
        .with(marks)
        .add("collections", rate("cofre_gc_ms_total", 1))
        .overTime(seconds);
  }

  String processor() {
    return new Plot("Data plane: processor", "% of one")
        .with(marks)
        .add("processor", rate("cofre_cpu_ms_total", 0.1))
        .overTime(seconds);
  }

  private List<Point> gauge(String name) {
    return run.metrics().stream().map(s -> new Point(s.atSeconds(), s.sum(name))).toList();
  }

  /** Growth for each second; a restart of the target is a gap. */
  private List<Point> rate(String name, double factor) {
    List<Point> points = new ArrayList<>();
    for (int i = 1; i < run.metrics().size(); i++) {
      MetricsSample before = run.metrics().get(i - 1);
      MetricsSample after = run.metrics().get(i);
      double passed = after.atSeconds() - before.atSeconds();
      double grown = after.sum(name) - before.sum(name);
      boolean known = grown >= 0 && passed > 0.05;
      points.add(new Point(after.atSeconds(), known ? factor * grown / passed : Double.NaN));
    }
    return points;
  }
}
