package dev.cofre.benchmarks.report;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run came to. Immutable.
 *
 * @param rows gates first
 * @param effort how it was measured
 * @param environment where: name to value
 */
record Report(List<Row> rows, Effort effort, Map<String, String> environment) {
  Report {
    rows = List.copyOf(rows);
  }

  /** The rows whose gate does not hold. */
  List<Row> missed() {
    return rows.stream().filter(row -> !row.holds(effort.margin())).toList();
  }

  /** The rows that have a gate. */
  List<Row> gated() {
    return rows.stream().filter(row -> row.gate() != null).toList();
  }

  /** One row for each subject, whatever it was held against. */
  Collection<Row> subjects() {
    Map<Subject, Row> first = new LinkedHashMap<>();
    rows.forEach(row -> first.putIfAbsent(row.subject(), row));
    return first.values();
  }

  /** The first row of {@code name} with these parameters ({@code key=value}). */
  Optional<Row> find(String name, String... params) {
    return rows.stream()
        .filter(row -> row.subject().name().equals(name))
        .filter(row -> List.of(row.subject().paramText().split(" ")).containsAll(List.of(params)))
        .findFirst();
  }
}
