package dev.cofre.benchmarks.report;

import java.util.Locale;

/** {@code figures.md}: what docs/perf shows. */
final class MarkdownTable {
  private MarkdownTable() {}

  static String of(Report report) {
    StringBuilder text = new StringBuilder();
    report
        .environment()
        .forEach(
            (key, value) -> text.append("- ").append(key).append(": ").append(value).append('\n'));
    text.append(
        "\n| what must hold | measure | against | ratio | gate | |\n|---|---|---|---|---|---|\n");
    for (Row row : report.gated()) {
      Gate gate = row.gate();
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %.2f | %s | %s |\n",
              gate.what(),
              gate.measure(),
              gate.reference().shortName(),
              row.ratio(),
              number(gate.atLeast()),
              row.holds(1) ? "holds" : "**missed**"));
    }
    text.append("\n| benchmark | ns per item | ± | B per item |\n|---|---|---|---|\n");
    report
        .subjects()
        .forEach(
            row ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "| %s | %,.0f | %,.0f | %,.0f |\n",
                        row.subject(),
                        row.ns(),
                        row.errorNs(),
                        row.bytes())));
    return text.toString();
  }

  /** Without the zeros that nobody wrote. */
  static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
