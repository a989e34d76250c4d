package dev.cofre.loadtest;

import dev.cofre.loadtest.generator.LoadResult;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** {@code summary.json} of a run, and the same for people. */
public final class Summary {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

  private Summary() {}

  /** Writes {@code summary.json} into {@code folder}. */
  public static void write(Path folder, String target, String protocol, LoadResult result)
      throws IOException {
    Files.writeString(
        folder.resolve("summary.json"), json(target, protocol, result).encodePrettily() + "\n");
  }

  static JsonObject json(String target, String protocol, LoadResult result) {
    JsonObject errors = new JsonObject();
    result.errors().forEach(errors::put);
    return new JsonObject()
        .put("target", target)
        .put("protocol", protocol)
        .put("startedAt", result.startedAt().toString())
        .put("seconds", rounded(result.seconds()))
        .put("connections", result.plan().connections())
        .put("rateAsked", rounded(result.plan().pacing().ratePerSecond()))
        .put("rateReached", rounded(result.reached()))
        .put("done", result.done())
        .put("failed", result.failed())
        .put("errors", errors)
        .put("latencyUs", percentiles(result.latency()))
        .put("serviceUs", percentiles(result.service()))
        .put("refusedUs", percentiles(result.refused()))
        .put("waitedForConnection", result.waited())
        .put("valid", result.validity().code())
        .put("reason", result.reason())
        .put("generator", generator(result));
  }

  private static JsonObject generator(LoadResult result) {
    return new JsonObject()
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
        result.plan().pacing().ratePerSecond(),
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
