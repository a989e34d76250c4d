package dev.cofre.controlplane.server.api;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Counters and gauges in the text format of Prometheus. Thread-safe. */
final class Counters {
  private static final String REQUESTS = "cofre_controlplane_http_answers_total";

  private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();
  private final Map<String, LongSupplier> gauges = new ConcurrentSkipListMap<>();

  private final Map<String, Family> families = new ConcurrentSkipListMap<>();

  /** One metric with a value for each value of its label. */
  private record Family(String label, Supplier<Map<String, Long>> values, boolean ofKeys) {}

  void answered(String method, int status) {
    String labels =
        String.format(Locale.ROOT, "{method=\"%s\",status=\"%d\"}", known(method), status);
    answers.computeIfAbsent(labels, ignored -> new LongAdder()).increment();
  }

  private static String known(String method) {
    return switch (method) {
      case "GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS" -> method;
      default -> "other";
    };
  }

  void gauge(String name, LongSupplier value) {
    gauges.put(name, value);
  }

  void family(String name, String label, Supplier<Map<String, Long>> values) {
    families.put(name, new Family(label, values, false));
  }

  /** The same of single keys: not for everybody who may read the other figures. */
  void keyFamily(String name, String label, Supplier<Map<String, Long>> values) {
    families.put(name, new Family(label, values, true));
  }

  /**
   * All of them.
   *
   * @param ofKeys whether with those of single keys
   */
  String text(boolean ofKeys) {
    StringBuilder text = new StringBuilder();
    text.append("# TYPE ").append(REQUESTS).append(" counter\n");
    answers.forEach(
        (labels, count) ->
            text.append(REQUESTS).append(labels).append(' ').append(count.sum()).append('\n'));
    gauges.forEach(
        (name, value) ->
            text.append("# TYPE ")
                .append(name)
                .append(" gauge\n")
                .append(name)
                .append(' ')
                .append(value.getAsLong())
                .append('\n'));
    families.forEach(
        (name, family) -> {
          if (ofKeys || !family.ofKeys()) {
            append(text, name, family);
          }
        });
    return text.toString();
  }

  private static void append(StringBuilder text, String name, Family family) {
    text.append("# TYPE ").append(name);
    text.append(name.endsWith("_total") ? " counter\n" : " gauge\n");
    family
        .values()
        .get()
        .forEach(
            (value, number) ->
                text.append(name)
                    .append('{')
                    .append(family.label())
                    .append("=\"")
                    .append(value)
                    .append("\"} ")
                    .append(number)
                    .append('\n'));
  }
}
