package dev.cofre.dataplane.server.http;

import dev.cofre.engine.request.Engine;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts answers and writes the node's figures in the text format of Prometheus. Thread-safe. */
final class Metrics {
  private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();
  private final Map<String, LongAdder> bytes = new ConcurrentHashMap<>();

  /** Counts one answer to {@code action} with {@code code}, or {@code ok}. */
  void answered(String action, String code) {
    answers
        .computeIfAbsent(
            "{action=\"" + action + "\",code=\"" + code + "\"}", absent -> new LongAdder())
        .increment();
  }

  /** Counts plaintext bytes of {@code action}. */
  void processed(String action, long count) {
    bytes.computeIfAbsent("{action=\"" + action + "\"}", absent -> new LongAdder()).add(count);
  }

  /** All figures. */
  String text(ServerState state) {
    Engine engine = state.engine();
    StringBuilder text = new StringBuilder(2_048);
    labelled(text, "cofre_requests_total", "Answers by action and code.", answers);
    labelled(text, "cofre_plaintext_bytes_total", "Plaintext bytes processed.", bytes);
    counter(
        text,
        "cofre_data_keys_minted_total",
        "Data keys made for encryption.",
        engine.encryptionKeys().minted());
    counter(
        text,
        "cofre_data_key_cache_hits_total",
        "Look-ups that found their data key.",
        engine.decryptionKeys().hits());
    counter(
        text,
        "cofre_data_key_cache_misses_total",
        "Look-ups that asked the HSM.",
        engine.decryptionKeys().misses());
    gauge(
        text,
        "cofre_data_key_cache_entries",
        "Unwrapped data keys held.",
        engine.decryptionKeys().size());
    gauge(text, "cofre_hsm_queue", "Calls that wait for the HSM.", engine.gateway().queued());
    gauge(
        text,
        "cofre_hsm_up",
        "Whether the HSM answered the last call.",
        engine.gateway().isHealthy() ? 1 : 0);
    gauge(text, "cofre_audit_up", "Whether the audit log takes events.", engine.canAudit() ? 1 : 0);
    gauge(
        text,
        "cofre_snapshot_revision",
        "The revision that is followed.",
        engine.snapshots().last().revision());
    gauge(
        text,
        "cofre_snapshot_age_ms",
        "Milliseconds since the snapshot was proven fresh.",
        engine.snapshots().ageMs());
    gauge(text, "cofre_open_requests", "Requests that are not answered yet.", state.openRequests());
    state.loopLag().write(text);
    return text.toString();
  }

  private static void labelled(
      StringBuilder text, String name, String help, Map<String, LongAdder> values) {
    head(text, name, help, "counter");
    values.forEach(
        (labels, value) ->
            text.append(name).append(labels).append(' ').append(value.sum()).append('\n'));
  }

  private static void counter(StringBuilder text, String name, String help, long value) {
    head(text, name, help, "counter");
    text.append(name).append(' ').append(value).append('\n');
  }

  private static void gauge(StringBuilder text, String name, String help, long value) {
    head(text, name, help, "gauge");
    text.append(name).append(' ').append(value).append('\n');
  }

  private static void head(StringBuilder text, String name, String help, String type) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }
}
