package dev.cofre.loadtest.slo;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.observe.Happened;
import dev.cofre.loadtest.observe.MetricsSample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An {@link Slo} held against a run. Immutable. */
public record Verdict(List<Check> checks) {
  /** How many good seconds in a row make an event past. */
  private static final int GOOD_SECONDS = 3;

  /** The error share of a good second when the SLO says none. */
  private static final double ERROR_SHARE = 0.01;

  /** Whether all holds. */
  public boolean holds() {
    return checks.stream().allMatch(Check::holds);
  }

  /** {@code slo} against a run and what was seen beside it. */
  public static Verdict of(
      Slo slo, LoadResult result, List<Happened> events, List<MetricsSample> metrics) {
    List<Check> checks = new ArrayList<>();
    slo.latencyMs()
        .forEach(
            (percentile, limit) -> {
              String name = percentile == 100 ? "max" : "p" + text(percentile);
              double value = result.latencyUs(percentile) / 1e3;
              checks.add(atMost("latency " + name, limit, value, "ms"));
            });
    double asked = result.plan().ratePerSecond();
    if (!Double.isNaN(slo.reachedShare()) && asked > 0) {
      checks.add(
          atLeast("rate reached of asked", slo.reachedShare(), result.reached() / asked, ""));
    }
    if (!Double.isNaN(slo.rateMin())) {
      checks.add(atLeast("rate", slo.rateMin(), result.reached(), "/s"));
    }
    long all = Math.max(1, result.done() + result.failed());
    if (!Double.isNaN(slo.errorShare())) {
      checks.add(atMost("error share", slo.errorShare(), result.failed() / (double) all, ""));
    }
    slo.errorShares()
        .forEach(
            (code, limit) -> {
              double value = result.errors().getOrDefault(code, 0L) / (double) all;
              checks.add(atMost("error share of " + code, limit, value, ""));
            });
    recovery(slo, result, events, checks);
    if (!Double.isNaN(slo.hsmCallsPerThousand())) {
      double calls = delta(metrics, "cofre_hsm_calls_total");
      double requests = delta(metrics, "cofre_requests_total");
      checks.add(
          atMost(
              "HSM calls for 1000 requests",
              slo.hsmCallsPerThousand(),
              1e3 * calls / requests,
              ""));
    }
    return new Verdict(List.copyOf(checks));
  }

  /** By how much {@code name} grew; NaN when that was not seen. */
  public static double delta(List<MetricsSample> metrics, String name) {
    return metrics.size() < 2
        ? Double.NaN
        : metrics.getLast().sum(name) - metrics.getFirst().sum(name);
  }

  private static void recovery(
      Slo slo, LoadResult result, List<Happened> events, List<Check> checks) {
    if (Double.isNaN(slo.recoverySeconds())) {
      return;
    }
    for (Happened event : events) {
      double took = recoverySeconds(slo, result.intervals(), event);
      String name =
          "recovery after "
              + event.name()
              + String.format(Locale.ROOT, " (%.0f s)", event.atSeconds());
      checks.add(atMost(name, slo.recoverySeconds(), took, "s"));
    }
  }

  /** From the event's start to that of the good seconds; NaN when none came. */
  static double recoverySeconds(Slo slo, List<Interval> intervals, Happened event) {
    double share = Double.isNaN(slo.errorShare()) ? ERROR_SHARE : slo.errorShare();
    int good = 0;
    double since = Double.NaN;
    for (Interval interval : intervals) {
      if (interval.startSeconds() + interval.seconds() <= event.atSeconds()) {
        continue;
      }
      long all = Math.max(1, interval.done() + interval.failed());
      boolean isGood =
          interval.latency().getValueAtPercentile(99) <= slo.recoveryP99Ms() * 1e6
              && interval.failed() <= share * all;
      since = isGood && good == 0 ? interval.startSeconds() : since;
      good = isGood ? good + 1 : 0;
      if (good == GOOD_SECONDS) {
        break;
      }
    }
    // At the run's end fewer good seconds must do: what comes later is not known.
    return good == 0 ? Double.NaN : Math.max(0, since - event.atSeconds());
  }

  private static Check atMost(String name, double limit, double value, String unit) {
    return new Check(
        name,
        "at most " + text(limit) + " " + unit,
        measured(value, unit),
        limit,
        value,
        value <= limit);
  }

  private static Check atLeast(String name, double limit, double value, String unit) {
    return new Check(
        name,
        "at least " + text(limit) + " " + unit,
        measured(value, unit),
        limit,
        value,
        value >= limit);
  }

  private static String measured(double value, String unit) {
    return Double.isNaN(value) ? "not measured" : (text(value) + " " + unit).strip();
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.4g", value)
            .replaceAll("(\\.\\d*?)0+$", "$1")
            .replaceAll("\\.$", "");
  }
}
