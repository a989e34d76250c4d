package dev.cofre.benchmarks.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** All benchmarks that JMH knows of, with all values of their parameters. Immutable. */
final class Suite {
  private final Map<String, Map<String, String[]>> byName = new LinkedHashMap<>();

  Suite() {
    var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    for (BenchmarkListEntry entry :
        BenchmarkList.defaultList().find(silent, List.of(".*"), List.of())) {
      String name = entry.getUsername();
      if (name.startsWith(Subject.ROOT)) {
        Map<String, String[]> params = entry.getParams().orElse(Map.of());
        byName.put(name.substring(Subject.ROOT.length()), params);
      }
    }
  }

  /** Every benchmark with every combination of values. */
  List<Subject> all() {
    List<Subject> all = new ArrayList<>();
    byName.forEach((name, params) -> combine(name, new ArrayList<>(params.keySet()), 0, all));
    return all;
  }

  private void combine(String name, List<String> keys, int from, List<Subject> all) {
    combine(name, keys, from, new HashMap<>(), all);
  }

  private void combine(
      String name, List<String> keys, int from, Map<String, String> chosen, List<Subject> all) {
    if (from == keys.size()) {
      all.add(new Subject(name, chosen));
      return;
    }
    for (String value : byName.get(name).get(keys.get(from))) {
      chosen.put(keys.get(from), value);
      combine(name, keys, from + 1, chosen, all);
    }
  }

  /**
   * The subject that {@code text} names: a benchmark, then {@code key=value} for parameters that do
   * not have their first value.
   *
   * @throws IllegalArgumentException when there is no such benchmark, parameter or value
   */
  Subject subject(String text) {
    String[] words = text.strip().split("\\s+");
    Map<String, String[]> values = byName.get(words[0]);
    if (values == null) {
      throw new IllegalArgumentException("there is no benchmark " + words[0]);
    }
    Map<String, String> params = new HashMap<>();
    values.forEach((key, all) -> params.put(key, all[0]));
    for (int i = 1; i < words.length; i++) {
      String[] pair = words[i].split("=", 2);
      if (pair.length < 2
          || !List.of(values.getOrDefault(pair[0], new String[0])).contains(pair[1])) {
        throw new IllegalArgumentException(words[0] + " has no parameter " + words[i]);
      }
      params.put(pair[0], pair[1]);
    }
    return new Subject(words[0], params);
  }
}
