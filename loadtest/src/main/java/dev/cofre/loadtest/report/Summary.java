package dev.cofre.loadtest.report;

import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.observe.Happened;
import dev.cofre.loadtest.slo.Check;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** The figures of a run for programs, and in short for people. */
public final class Summary {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

  private Summary() {}

  /** All figures of {@code run}. */
  public static JsonObject json(Run run) {
    LoadResult result = run.result();
    JsonObject json =
        new JsonObject()
            .put("name", run.name())
            .put("target", run.target())
            .put("protocol", run.protocol())
            .put("seed", run.seed())
            .put("verdict", verdict(run))
            .put("valid", result.validity().code())
            .put("reason", result.reason())
            .put("startedAt", result.startedAt().toString())
            .put("seconds", rounded(result.seconds()))
            .put("connections", result.plan().connections())
            .put("rateAsked", rounded(result.plan().ratePerSecond()))
            .put("rateReached", rounded(result.reached()))
            .put("done", result.done())
            .put("failed", result.failed())
            .put("errors", errors(result))
            .put("latencyUs", percentiles(result.latency()))
            .put("serviceUs", percentiles(result.service()))
            .put("refusedUs", percentiles(result.refused()))
            .put("waitedForConnection", result.waited())
            .put("generator", generator(run))
            .put("node", NodeFigures.of(run.metrics()).json());
    if (run.closedLoop() != null) {
      json.put(
          "closedLoop",
          new JsonObject()
              .put("rateReached", rounded(run.closedLoop().reached()))
              .put("errors", errors(run.closedLoop()))
              .put("latencyUs", percentiles(run.closedLoop().latency())));
    }
    if (run.verdict() != null) {
      JsonArray checks = new JsonArray();
      run.verdict().checks().forEach(check -> checks.add(check(check)));
      json.put("slo", checks);
    }
    JsonArray events = new JsonArray();
    run.events().forEach(event -> events.add(event(event)));
    JsonObject environment = new JsonObject();
    run.environment().forEach(environment::put);
    return json.put("events", events)
        .put("notes", new JsonArray(run.notes()))
        .put("environment", environment);
  }

  private static JsonObject errors(LoadResult result) {
    JsonObject errors = new JsonObject();
    result.errors().forEach(errors::put);
    return errors;
  }

  private static String verdict(Run run) {
    if (run.result().validity() != Validity.VALID) {
      return "invalid";
    }
    return run.verdict() == null ? "none" : run.verdict().holds() ? "holds" : "missed";
  }

  private static JsonObject check(Check check) {
    return new JsonObject()
        .put("name", check.name())
        .put("limit", check.limit())
        .put("value", Double.isNaN(check.value()) ? null : (Double) rounded(check.value()))
        .put("holds", check.holds());
  }

  private static JsonObject event(Happened event) {
    return new JsonObject()
        .put("name", event.name())
        .put("atSeconds", rounded(event.atSeconds()))
        .put("tookSeconds", rounded(event.tookSeconds()))
        .put("failure", event.failure());
  }

  private static JsonObject generator(Run run) {
    LoadResult result = run.result();
    double ceiling = run.ceilingPerSecond();
    return new JsonObject()
        .put("ceilingPerSecond", Double.isNaN(ceiling) ? null : (Double) rounded(ceiling))
        .put("parts", result.plan().parts())
        .put("threads", result.plan().threads())
        .put("busyShare", rounded(result.busyShare()))
        .put("lateUs", percentiles(result.late()))
        .put("hiccupUs", percentiles(result.hiccups()))
        .put("collections", result.disturbance().collections())
        .put("collectionMs", result.disturbance().collectionMs())
        .put("stealShare", rounded(result.disturbance().stealShare()));
  }

  private static JsonObject percentiles(Histogram histogram) {
    JsonObject json = new JsonObject();
    for (double percentile : PERCENTILES) {
      String name =
          "p" + (percentile == (long) percentile ? "" + (long) percentile : "" + percentile);
      json.put(name, rounded(histogram.getValueAtPercentile(percentile) / 1e3));
    }
    return json.put("max", rounded(histogram.getMaxValue() / 1e3));
  }

  private static double rounded(double value) {
    return Math.round(value * 1e3) / 1e3;
  }

  /** One line. */
  static String headline(LoadResult result) {
    double asked = result.plan().ratePerSecond();
    return String.format(
        Locale.ROOT,
        "%s, reached %,.0f/s over %.1f s; %,d done, %,d failed; p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms.",
        asked == 0 ? "closed loop" : String.format(Locale.ROOT, "asked for %,.0f/s", asked),
        result.reached(),
        result.seconds(),
        result.done(),
        result.failed(),
        result.latencyUs(50) / 1e3,
        result.latencyUs(99) / 1e3,
        result.latencyUs(99.9) / 1e3);
  }

  /** A few lines. */
  public static String text(LoadResult result) {
    return String.format(
        Locale.ROOT,
        """
        asked %.0f/s, reached %.0f/s over %.1f s; done %d, failed %d %s
        latency from the intended send, µs: %s
        generator: late %s
                   hiccups %s
                   busy %.0f%%, %d collections of %d ms, steal %.2f%%, %d requests waited for a connection
        %s: %s""",
        result.plan().ratePerSecond(),
        result.reached(),
        result.seconds(),
        result.done(),
        result.failed(),
        result.errors(),
        line(result.latency()),
        line(result.late()),
        line(result.hiccups()),
        100 * result.busyShare(),
        result.disturbance().collections(),
        result.disturbance().collectionMs(),
        100 * result.disturbance().stealShare(),
        result.waited(),
        result.validity().code(),
        result.reason());
  }

  private static String line(Histogram histogram) {
    StringBuilder line = new StringBuilder();
    for (double percentile : PERCENTILES) {
      line.append(
          String.format(
              Locale.ROOT,
              "p%s %.0f  ",
              Double.toString(percentile).replaceAll("\\.0$", ""),
              histogram.getValueAtPercentile(percentile) / 1e3));
    }
    return line.append(String.format(Locale.ROOT, "max %.0f", histogram.getMaxValue() / 1e3))
        .toString();
  }
}
