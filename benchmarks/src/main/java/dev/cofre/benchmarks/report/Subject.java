package dev.cofre.benchmarks.report;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One benchmark with one value for each of its parameters. Immutable.
 *
 * @param name package below {@code dev.cofre.benchmarks}, class and method, with dots
 * @param params by name
 */
record Subject(String name, Map<String, String> params) {
  static final String ROOT = "dev.cofre.benchmarks.";

  Subject {
    params = Map.copyOf(params);
  }

  /** Class and method. */
  String shortName() {
    return name.substring(name.indexOf('.') + 1).replace("Benchmark", "");
  }

  /** The value of a parameter, or an empty text. */
  String param(String key) {
    return params.getOrDefault(key, "");
  }

  /** The parameters as {@code key=value}, in the order of their names. */
  String paramText() {
    return new TreeMap<>(params)
        .entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
  }

  @Override
  public String toString() {
    return params.isEmpty() ? name : name + " " + paramText();
  }
}
