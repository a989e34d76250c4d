package dev.cofre.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What an operator can do with the figures of this very run. */
final class Advice {
  private static final String BATCH = "envelope.BatchBenchmark.seal";
  private static final String SINGLE = "envelope.SingleBenchmark.seal";
  private static final double NOISY = 0.15;

  private final Report report;
  private final List<String> lines = new ArrayList<>();

  private Advice(Report report) {
    this.report = report;
  }

  static List<String> of(Report report) {
    Advice advice = new Advice(report);
    advice.noise();
    advice.missed();
    advice.batching();
    advice.backEnd("1024", "1 KiB");
    advice.backEnd("16384", "16 KiB");
    advice.garbage();
    advice.salt();
    return advice.lines;
  }

  private void noise() {
    List<Double> spreads =
        report.rows().stream().map(row -> row.errorNs() / row.ns()).sorted().toList();
    double median = spreads.isEmpty() ? 0 : spreads.get(spreads.size() / 2);
    if (median > NOISY) {
      lines.add(
          String.format(
              Locale.ROOT,
              "The rounds differ by ± %.0f%% (median): this machine was busy with other work. Ratios are"
                  + " taken within a round and stand; nanoseconds do not. Run again when it is quiet.",
              median * 100));
    }
  }

  private void missed() {
    for (Row row : report.missed()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Missed: %s, %.2f of %s, where %s must be reached. Profile it:"
                  + " ./cofre bench --only '%s', then with a flight recording of the same class.",
              row.gate().what(),
              row.ratio(),
              row.gate().against(),
              MarkdownTable.number(row.gate().atLeast() * report.effort().margin()),
              row.subject().name()));
    }
  }

  private void batching() {
    both(SINGLE, "size=1024", BATCH, "size=1024", Row::ns)
        .ifPresent(
            ratio ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "An item of 1 KiB costs %.1f times as much alone as in a batch of 100: let callers"
                            + " pipeline or send batches.",
                        ratio)));
  }

  private void backEnd(String size, String text) {
    String[] jdk = {"size=" + size, "backEnd=sunjce"};
    String[] auto = {"size=" + size, "backEnd=auto"};
    Optional<Row> ours = report.find(BATCH, jdk);
    Optional<Row> other = report.find(BATCH, auto);
    if (ours.isPresent() && other.isPresent()) {
      double faster = ours.get().ns() / other.get().ns();
      lines.add(
          String.format(
              Locale.ROOT,
              "aead.backend = auto seals a batch of %s at %.2f times the speed of sunjce here, with %,.0f"
                  + " bytes of garbage an item in place of %,.0f: %s.",
              text,
              faster,
              other.get().bytes(),
              ours.get().bytes(),
              faster > 1.1
                  ? "leave it at that"
                  : "install libipsec-mb1 if the processor has AVX-512 and VAES, else nothing is lost"));
    }
  }

  private void garbage() {
    report
        .find(BATCH, "size=1024")
        .ifPresent(
            row ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "At full speed one event loop makes %.1f GB/s of garbage from items of 1 KiB, all"
                            + " of it short-lived: give the young generation room (-Xmn) before anything"
                            + " else.",
                        row.bytes() / row.ns())));
  }

  private void salt() {
    both("kdf.DerivationBenchmark.salt", "source=getrandom", SINGLE, "size=1024", Row::ns)
        .ifPresent(
            ratio ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "The kernel's salt is %.0f%% of a single request of 1 KiB; a kernel with getrandom"
                            + " in the vDSO (6.11 and later) lowers it.",
                        ratio * 100)));
  }

  private Optional<Double> both(
      String first,
      String firstParam,
      String second,
      String secondParam,
      ToDoubleFunction<Row> of) {
    return report
        .find(first, firstParam)
        .flatMap(
            row ->
                report
                    .find(second, secondParam)
                    .map(other -> of.applyAsDouble(row) / of.applyAsDouble(other)));
  }
}
