package dev.cofre.loadtest.report;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.slo.JunitXml;
import dev.cofre.loadtest.slo.Verdict;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * What a run leaves in its folder: {@code summary.json}, {@code report.html}, {@code junit.xml},
 * {@code intervals.json}; by seconds {@code latency.hlog}, {@code late.hlog} and {@code
 * hiccup.hlog}; whole {@code service.hlog} and {@code refused.hlog}.
 */
public final class RunFolder {
  private RunFolder() {}

  /** Writes all of it. */
  public static void write(Path folder, Run run) throws IOException {
    LoadResult result = run.result();
    text(folder, "summary.json", Summary.json(run).encodePrettily() + "\n");
    text(folder, "intervals.json", intervals(result.intervals()).encode() + "\n");
    Verdict verdict = run.verdict() == null ? new Verdict(List.of()) : run.verdict();
    text(folder, "junit.xml", JunitXml.of(run.name(), result, verdict));
    logs(folder, result.intervals());
    histogram(folder, "service.hlog", result.service());
    histogram(folder, "refused.hlog", result.refused());
    text(folder, "report.html", HtmlReport.of(run));
  }

  private static void logs(Path folder, List<Interval> intervals) throws IOException {
    histograms(folder, "latency.hlog", intervals.stream().map(Interval::latency).toList());
    histograms(folder, "late.hlog", intervals.stream().map(Interval::late).toList());
    histograms(folder, "hiccup.hlog", intervals.stream().map(Interval::hiccups).toList());
  }

  private static JsonArray intervals(List<Interval> intervals) {
    JsonArray array = new JsonArray();
    for (Interval interval : intervals) {
      array.add(
          new JsonObject()
              .put("start", interval.startSeconds())
              .put("seconds", interval.seconds())
              .put("due", interval.due())
              .put("done", interval.done())
              .put("failed", interval.failed()));
    }
    return array;
  }

  /** A reader of the folder never sees half a file. */
  private static void text(Path folder, String name, String text) throws IOException {
    Path partial = folder.resolve(name + ".partial");
    Files.writeString(partial, text);
    Files.move(
        partial,
        folder.resolve(name),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private static void histogram(Path folder, String name, Histogram histogram) throws IOException {
    histograms(folder, name, List.of(histogram));
  }

  private static void histograms(Path folder, String name, List<Histogram> histograms)
      throws IOException {
    try (PrintStream file =
        new PrintStream(Files.newOutputStream(folder.resolve(name)), false, US_ASCII)) {
      HistogramLogWriter writer = new HistogramLogWriter(file);
      writer.outputLogFormatVersion();
      writer.outputLegend();
      for (int i = 0; i < histograms.size(); i++) {
        // Readers pass over what has no time.
        Histogram timed = histograms.get(i).copy();
        timed.setStartTimeStamp(1_000L * i);
        timed.setEndTimeStamp(1_000L * (i + 1));
        writer.outputIntervalHistogram(timed);
      }
      if (file.checkError()) {
        throw new IOException(folder.resolve(name) + " cannot be written");
      }
    }
  }
}
