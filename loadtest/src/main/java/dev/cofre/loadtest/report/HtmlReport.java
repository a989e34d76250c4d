package dev.cofre.loadtest.report;

import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.slo.Check;
import dev.cofre.report.Page;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** {@code report.html}: the verdict first, then what shows it, then what to do about it. */
final class HtmlReport {
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};

  private final Run run;
  private final LoadResult result;
  private final Page page;

  private HtmlReport(Run run) {
    this.run = run;
    this.result = run.result();
    this.page = new Page("Load: " + run.name());
  }

  static String of(Run run) {
    return new HtmlReport(run).text();
  }

  private String text() {
    page.heading(1, run.name());
    verdict();
    latencies();
    Plots plots = new Plots(run);
    page.drawing(plots.percentiles());
    closedLoop();
    page.drawing(plots.latency()).drawing(plots.throughput());
    errors();
    events();
    page.heading(2, "The data plane meanwhile");
    if (run.metrics().size() < 2) {
      page.paragraph(
          "No metrics of ours at the target: /metrics was not there, or not open to this caller.");
    }
    page.drawing(plots.cache())
        .drawing(plots.hsm())
        .drawing(plots.collections())
        .drawing(plots.processor());
    page.heading(2, "Can the generator be believed?");
    generator();
    page.drawing(plots.generator());
    page.heading(2, "Advice").list(Advice.of(run));
    page.heading(2, "Environment").facts(environment());
    return page.end();
  }

  private void verdict() {
    boolean valid = result.validity() == Validity.VALID;
    if (!valid) {
      page.verdict(false, "Invalid run: " + result.reason());
    }
    if (run.verdict() == null) {
      page.verdict(valid, "No SLO was given: " + Summary.headline(result));
      return;
    }
    boolean holds = run.verdict().holds();
    long missed = run.verdict().checks().stream().filter(check -> !check.holds()).count();
    page.verdict(
        valid && holds,
        holds
            ? "The SLO holds"
            : "The SLO is missed: " + missed + " of " + run.verdict().checks().size());
    page.paragraph(Summary.headline(result));
    List<List<String>> rows = new ArrayList<>();
    for (Check check : run.verdict().checks()) {
      rows.add(
          List.of(
              check.name(), check.asked(), check.measured(), check.holds() ? "holds" : "missed"));
    }
    page.table(List.of("what", "asked", "measured", ""), rows);
  }

  private void latencies() {
    page.heading(2, "Latency, ms");
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("from the intended send", result.latency()));
    rows.add(row("service time (from the real send)", result.service()));
    if (result.refused().getTotalCount() > 0) {
      rows.add(row("of refusals", result.refused()));
    }
    if (run.closedLoop() != null) {
      rows.add(row("what a closed loop says", run.closedLoop().latency()));
    }
    page.table(List.of("", "p50", "p90", "p99", "p99.9", "p99.99", "max"), rows);
  }

  private static List<String> row(String name, Histogram histogram) {
    List<String> row = new ArrayList<>(List.of(name));
    for (double percentile : PERCENTILES) {
      row.add(ms(histogram.getValueAtPercentile(percentile)));
    }
    return row;
  }

  private static String ms(long ns) {
    return String.format(Locale.ROOT, "%,.3f", ns / 1e6);
  }

  private void closedLoop() {
    if (run.closedLoop() == null) {
      return;
    }
    LoadResult closed = run.closedLoop();
    page.paragraph(
        String.format(
            Locale.ROOT,
            "The closed loop waited for each answer before its next send: %,.0f/s over the same connections. While the"
                + " target stands still it sends nothing, so a stall counts once a connection, and its p99.9 is %s ms"
                + " where requests on schedule saw %s ms.",
            closed.reached(),
            ms(closed.latency().getValueAtPercentile(99.9)),
            ms(result.latency().getValueAtPercentile(99.9))));
  }

  private void errors() {
    page.heading(2, "Errors");
    if (result.errors().isEmpty()) {
      page.paragraph("None.");
      return;
    }
    double all = Math.max(1, result.done() + result.failed());
    List<List<String>> rows = new ArrayList<>();
    result
        .errors()
        .forEach(
            (code, count) ->
                rows.add(
                    List.of(
                        code,
                        String.format(Locale.ROOT, "%,d", count),
                        String.format(Locale.ROOT, "%.4f%%", 100 * count / all))));
    page.table(List.of("code", "requests", "share"), rows);
  }

  private void events() {
    if (run.events().isEmpty()) {
      return;
    }
    page.heading(2, "Events");
    List<List<String>> rows = new ArrayList<>();
    run.events()
        .forEach(
            event ->
                rows.add(
                    List.of(
                        event.name(),
                        String.format(Locale.ROOT, "%.1f s", event.atSeconds()),
                        String.format(Locale.ROOT, "%.2f s", event.tookSeconds()),
                        event.failure() == null ? "done" : event.failure())));
    page.table(List.of("event", "at", "took", "outcome"), rows);
  }

  private void generator() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("sends, how late", result.late()));
    rows.add(row("hiccups of its process", result.hiccups()));
    page.table(List.of("ms", "p50", "p90", "p99", "p99.9", "p99.99", "max"), rows);
    page.list(run.notes());
    page.paragraph(
        String.format(
            Locale.ROOT,
            "Ceiling against a null server: %s. Busy %.0f%% of the time; %d collections of %d ms; %.2f%% of all"
                + " processor time was taken by others on this host; %,d requests waited for a connection.",
            Double.isNaN(run.ceilingPerSecond())
                ? "not measured"
                : String.format(Locale.ROOT, "%,.0f/s", run.ceilingPerSecond()),
            100 * result.busyShare(),
            result.disturbance().collections(),
            result.disturbance().collectionMs(),
            100 * result.disturbance().stealShare(),
            result.waited()));
  }

  private Map<String, String> environment() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("target", run.target());
    facts.put("protocol", run.protocol());
    facts.put("seed", Long.toString(run.seed()));
    facts.put("started", result.startedAt().toString());
    facts.put("connections", Integer.toString(result.plan().connections()));
    facts.put("threads", Integer.toString(result.plan().threads()));
    facts.put("generators", Integer.toString(result.plan().parts()));
    facts.putAll(run.environment());
    return facts;
  }
}
