package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.DoubleUnaryOperator;

/** What {@code top} shows of a node between two looks at it. Immutable. */
final class TopView {
  private static final double MIB = 1024 * 1024;
  private static final String CALLS = "cofre_call_us";
  private static final String LAG = "cofre_event_loop_lag_us";

  private final NodeFigures before;
  private final NodeFigures now;

  TopView(NodeFigures before, NodeFigures now) {
    this.before = before;
    this.now = now;
  }

  private double rate(String name) {
    return NodeFigures.rise(before.value(name), now.value(name)) / now.secondsSince(before);
  }

  private JsonObject rates(String name, String label) {
    Map<String, Double> then = before.by(name, label);
    JsonObject rates = new JsonObject();
    now.by(name, label)
        .forEach(
            (value, count) -> {
              double rise = NodeFigures.rise(then.getOrDefault(value, 0.0), count);
              if (rise > 0) {
                rates.put(value, rounded(rise / now.secondsSince(before)));
              }
            });
    return rates;
  }

  private static double rounded(double value) {
    return Math.round(value * 1_000) / 1_000.0;
  }

  private static Double share(double part, double whole) {
    return whole <= 0 ? null : rounded(part / whole);
  }

  /** All of it; rates are per second. */
  JsonObject json() {
    double hits = rate("cofre_data_key_cache_hits_total");
    double used = now.value("cofre_audit_used_bytes");
    return new JsonObject()
        .put("requestsPerSecond", rounded(rate("cofre_requests_total")))
        .put("byAction", rates("cofre_requests_total", "action"))
        .put("byCode", rates("cofre_requests_total", "code"))
        .put("plaintextBytesPerSecond", rounded(rate("cofre_plaintext_bytes_total")))
        .put("openRequests", now.value("cofre_open_requests"))
        .put("snapshotRevision", (long) now.value("cofre_snapshot_revision"))
        .put("snapshotAgeMs", now.value("cofre_snapshot_age_ms"))
        .put("frames", frames())
        .put(
            "dataKeys",
            new JsonObject()
                .put("hitShare", share(hits, hits + rate("cofre_data_key_cache_misses_total")))
                .put("held", (long) now.value("cofre_data_key_cache_entries"))
                .put("mintedPerSecond", rounded(rate("cofre_data_keys_minted_total")))
                .put("waitsPerSecond", rounded(rate("cofre_data_key_waits_total"))))
        .put("hsm", hsm())
        .put(
            "audit",
            new JsonObject()
                .put("up", now.value("cofre_audit_up") > 0)
                .put("fullShare", share(used, used + now.value("cofre_audit_free_bytes")))
                .put("usedBytes", (long) used)
                .put("recordsPerSecond", rounded(rate("cofre_audit_records_total")))
                .put("refusedPerSecond", rounded(rate("cofre_audit_refused_total"))))
        .put("callUs", calls())
        .put("loopLagUs", quantiles(quantile -> now.quantileSince(before, LAG, quantile)));
  }

  /** Of calls over HTTP and gRPC since the look before, by action. */
  private JsonObject calls() {
    JsonObject calls = new JsonObject();
    for (String action : rates(CALLS + "_count", "action").fieldNames()) {
      calls.put(
          action,
          quantiles(quantile -> now.quantileSince(before, CALLS, "action", action, quantile)));
    }
    return calls;
  }

  private JsonObject frames() {
    double runs = rate("cofre_frames_runs_total");
    double frames = rate("cofre_frames_total");
    return new JsonObject()
        .put("perSecond", rounded(frames))
        .put("perRun", runs == 0 ? null : rounded(frames / runs))
        .put("connections", (long) now.value("cofre_frames_connections"))
        .put("heldBytes", (long) now.value("cofre_frames_held_bytes"))
        .put("shedPerSecond", rounded(rate("cofre_frames_shed_total")));
  }

  private JsonObject hsm() {
    return new JsonObject()
        .put("up", now.value("cofre_hsm_up") > 0)
        .put("queue", (long) now.value("cofre_hsm_queue"))
        .put("callsPerSecond", rounded(rate("cofre_hsm_calls_total")))
        .put("failuresPerSecond", rounded(rate("cofre_hsm_failures_total")))
        .put("refusedPerSecond", rounded(rate("cofre_hsm_refused_total")))
        .put("p50Us", now.value("cofre_hsm_total_ns", "quantile", "0.5") / 1_000)
        .put("p99Us", now.value("cofre_hsm_total_ns", "quantile", "0.99") / 1_000);
  }

  private static JsonObject quantiles(DoubleUnaryOperator of) {
    JsonObject quantiles = new JsonObject();
    for (double quantile : new double[] {0.5, 0.99, 0.999}) {
      double value = of.applyAsDouble(quantile);
      // The bound of the last bucket is no number of JSON.
      quantiles.put("p" + trimmed(100 * quantile), Double.isInfinite(value) ? null : value);
    }
    return quantiles;
  }

  private static String trimmed(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** The same for people, a line for each part. */
  String text(String address) {
    JsonObject all = json();
    JsonObject frames = all.getJsonObject("frames");
    JsonObject keys = all.getJsonObject("dataKeys");
    JsonObject hsm = all.getJsonObject("hsm");
    JsonObject audit = all.getJsonObject("audit");
    JsonObject lag = all.getJsonObject("loopLagUs");
    return String.format(
        Locale.ROOT,
        """
        data plane   %s   snapshot %d, %.1f s old
        requests     %,.0f/s   %s
        answers      %s   open %.0f
        latency      %s
        plaintext    %.2f MiB/s
        frames       %,.0f/s, %s a run   connections %d   held %.2f MiB   shed %,.0f/s
        data keys    hits %s   held %d   minted %.1f/s   waited %.1f/s
        HSM          %s   queue %d   %,.1f calls/s   p50 %.2f ms   p99 %.2f ms   failed %.1f/s   refused %.1f/s
        audit log    %s   %s full, %.1f MiB   %,.0f records/s   refused %.1f/s
        loop lag     %s
        """,
        address,
        all.getLong("snapshotRevision"),
        all.getDouble("snapshotAgeMs") / 1_000,
        all.getDouble("requestsPerSecond"),
        list(all.getJsonObject("byAction")),
        list(all.getJsonObject("byCode")),
        all.getDouble("openRequests"),
        latencies(all.getJsonObject("callUs")),
        all.getDouble("plaintextBytesPerSecond") / MIB,
        frames.getDouble("perSecond"),
        frames.getDouble("perRun") == null
            ? "-"
            : String.format(Locale.ROOT, "%.1f", frames.getDouble("perRun")),
        frames.getLong("connections"),
        frames.getLong("heldBytes") / MIB,
        frames.getDouble("shedPerSecond"),
        percent(keys.getDouble("hitShare")),
        keys.getLong("held"),
        keys.getDouble("mintedPerSecond"),
        keys.getDouble("waitsPerSecond"),
        hsm.getBoolean("up") ? "up" : "DOWN",
        hsm.getLong("queue"),
        hsm.getDouble("callsPerSecond"),
        hsm.getDouble("p50Us") / 1_000,
        hsm.getDouble("p99Us") / 1_000,
        hsm.getDouble("failuresPerSecond"),
        hsm.getDouble("refusedPerSecond"),
        audit.getBoolean("up") ? "up" : "DOWN",
        percent(audit.getDouble("fullShare")),
        audit.getLong("usedBytes") / MIB,
        audit.getDouble("recordsPerSecond"),
        audit.getDouble("refusedPerSecond"),
        quantiles(lag));
  }

  private static String latencies(JsonObject calls) {
    StringJoiner text = new StringJoiner("   ");
    for (String action : calls.fieldNames()) {
      text.add(Terminal.plain(action) + " " + quantiles(calls.getJsonObject(action)));
    }
    return text.length() == 0 ? "-" : text.toString();
  }

  private static String quantiles(JsonObject us) {
    return "p50 %s   p99 %s   p99.9 %s"
        .formatted(
            atMost(us.getDouble("p50")),
            atMost(us.getDouble("p99")),
            atMost(us.getDouble("p99.9")));
  }

  private static String percent(Double share) {
    return share == null ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Null: above the last bound, 2^23 us. */
  private static String atMost(Double us) {
    return us == null ? "> 8388 ms" : String.format(Locale.ROOT, "<= %.2f ms", us / 1_000);
  }

  private static String list(JsonObject rates) {
    StringJoiner text = new StringJoiner("   ");
    rates.forEach(
        rate ->
            text.add(
                Terminal.plain(rate.getKey())
                    + " "
                    + String.format(Locale.ROOT, "%,.1f/s", (Double) rate.getValue())));
    return text.length() == 0 ? "-" : text.toString();
  }
}
