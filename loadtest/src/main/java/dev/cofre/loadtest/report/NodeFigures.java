package dev.cofre.loadtest.report;

import dev.cofre.loadtest.observe.MetricsSample;
import dev.cofre.loadtest.slo.Verdict;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What the node's metrics say of a whole run. Immutable; what was not seen is NaN.
 *
 * @param requests that the node answered
 * @param lookUps of data keys for decryption
 * @param hitShare of them that found theirs
 * @param hsmCalls that the HSM answered
 * @param hsmCallUs the median time in the HSM, since the node's start
 * @param cpuUs processor time of the node for one request
 */
public record NodeFigures(
    double requests,
    double lookUps,
    double hitShare,
    double hsmCalls,
    double hsmCallUs,
    double cpuUs) {
  private static final String CALL = "cofre_hsm_call_ns{quantile=\"0.5\"}";

  static NodeFigures of(List<MetricsSample> metrics) {
    double requests = Verdict.delta(metrics, "cofre_requests_total");
    double hits = Verdict.delta(metrics, "cofre_data_key_cache_hits_total");
    double misses = Verdict.delta(metrics, "cofre_data_key_cache_misses_total");
    double callNs =
        metrics.isEmpty() ? Double.NaN : metrics.getLast().values().getOrDefault(CALL, Double.NaN);
    return new NodeFigures(
        requests,
        hits + misses,
        hits + misses > 0 ? hits / (hits + misses) : Double.NaN,
        Verdict.delta(metrics, "cofre_hsm_calls_total"),
        callNs / 1e3,
        1e3 * Verdict.delta(metrics, "cofre_cpu_ms_total") / requests);
  }

  JsonObject json() {
    return new JsonObject()
        .put("requests", known(requests))
        .put("lookUps", known(lookUps))
        .put("hitShare", known(hitShare))
        .put("hsmCalls", known(hsmCalls))
        .put("hsmCallUs", known(hsmCallUs))
        .put("cpuUs", known(cpuUs));
  }

  private static Double known(double value) {
    return Double.isFinite(value) ? (Double) value : null;
  }

  /** As it stands in {@code summary.json}. */
  public static NodeFigures read(JsonObject summary) {
    JsonObject node = summary.getJsonObject("node", new JsonObject());
    return new NodeFigures(
        number(node, "requests"),
        number(node, "lookUps"),
        number(node, "hitShare"),
        number(node, "hsmCalls"),
        number(node, "hsmCallUs"),
        number(node, "cpuUs"));
  }

  private static double number(JsonObject node, String field) {
    Double value = node.getDouble(field);
    return value == null ? Double.NaN : value;
  }
}
