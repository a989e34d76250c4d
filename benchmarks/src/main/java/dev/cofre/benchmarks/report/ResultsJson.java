package dev.cofre.benchmarks.report;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.TreeMap;

/**
 * {@code results.json}: {@code benchmarks}, one object for each {@link Row}, and {@code
 * environment}. A ratio is better when higher and holds from its gate on.
 */
final class ResultsJson {
  private ResultsJson() {}

  static String of(Report report) {
    JsonArray benchmarks = new JsonArray();
    report.rows().forEach(row -> benchmarks.add(object(row)));
    JsonObject environment = new JsonObject();
    report.environment().forEach(environment::put);
    return new JsonObject()
            .put("benchmarks", benchmarks)
            .put("environment", environment)
            .encodePrettily()
        + "\n";
  }

  /** What a ratio is of: the same in each run. */
  static String key(JsonObject row) {
    return row.getString("name") + row.getJsonObject("params") + row.getString("reference");
  }

  static JsonObject object(Row row) {
    JsonObject params = new JsonObject();
    new TreeMap<>(row.subject().params()).forEach(params::put);
    Gate gate = row.gate();
    return new JsonObject()
        .put("name", row.subject().name())
        .put("params", params)
        .put("score", rounded(row.ns(), 10))
        .put("unit", "ns/op")
        .put("error", rounded(row.errorNs(), 10))
        .put("bytesPerOp", rounded(row.bytes(), 10))
        .put("reference", gate == null ? null : gate.reference() + " (" + gate.measure() + ")")
        .put("ratio", gate == null ? null : rounded(row.ratio(), 1000))
        .put("gate", gate == null ? null : gate.atLeast());
  }

  private static double rounded(double value, int per) {
    return (double) Math.round(value * per) / per;
  }
}
