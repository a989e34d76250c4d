package dev.cofre.dataplane.server.state;

import dev.cofre.engine.audit.AuditFigures;
import dev.cofre.engine.keys.DataKeyLeft;
import dev.cofre.engine.request.Engine;
import dev.cofre.engine.seal.SealFigures;
import dev.cofre.engine.ship.ShipFigures;
import dev.cofre.hsm.GatewayFigures;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/** Counts answers and writes the node's figures in the text format of Prometheus. Thread-safe. */
public final class Metrics {
  /** Made at the start: its first use reads files, which an event loop must not. */
  private final OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();

  private final List<GarbageCollectorMXBean> collectors =
      ManagementFactory.getGarbageCollectorMXBeans();

  /** By action, then by code: a request finds its count without making a text. */
  private final Map<String, Map<String, LongAdder>> answers = new ConcurrentHashMap<>();

  private final Map<String, LongAdder> bytes = new ConcurrentHashMap<>();
  private final CallTimes callTimes = new CallTimes();
  private volatile boolean keysShown;

  /** Shows figures of single keys, by their ids, to everybody who may read the others. */
  public void showKeys() {
    keysShown = true;
  }

  /** Counts one answer to {@code action} with {@code code}, or {@code ok}. */
  public void answered(String action, String code) {
    answers(action, code).increment();
  }

  /** How long calls took. */
  public CallTimes callTimes() {
    return callTimes;
  }

  /** The count of answers to {@code action} with {@code code}, or {@code ok}. */
  public LongAdder answers(String action, String code) {
    Map<String, LongAdder> codes = answers.get(action);
    LongAdder count = codes == null ? null : codes.get(code);
    return count != null
        ? count
        : answers
            .computeIfAbsent(action, absent -> new ConcurrentHashMap<>())
            .computeIfAbsent(code, absent -> new LongAdder());
  }

  /** Counts plaintext bytes of {@code action}. */
  public void processed(String action, long count) {
    LongAdder adder = bytes.get(action);
    if (adder == null) {
      adder = bytes.computeIfAbsent(action, absent -> new LongAdder());
    }
    adder.add(count);
  }

  /** All figures. */
  public String text(ServerState state) {
    Engine engine = state.engine();
    StringBuilder text = new StringBuilder(2_048);
    Map<String, LongAdder> answered = new TreeMap<>();
    answers.forEach(
        (action, codes) ->
            codes.forEach(
                (code, count) ->
                    answered.put("{action=\"" + action + "\",code=\"" + code + "\"}", count)));
    labelled(text, "cofre_requests_total", "Answers by action and code.", answered);
    Map<String, LongAdder> processed = new TreeMap<>();
    bytes.forEach((action, count) -> processed.put("{action=\"" + action + "\"}", count));
    labelled(text, "cofre_plaintext_bytes_total", "Plaintext bytes processed.", processed);
    callTimes.write(text);
    counter(
        text,
        "cofre_data_keys_minted_total",
        "Data keys made for encryption.",
        engine.keys().encryption().minted());
    counter(
        text,
        "cofre_data_key_cache_hits_total",
        "Look-ups that found their data key.",
        engine.keys().decryption().hits());
    counter(
        text,
        "cofre_data_key_cache_misses_total",
        "Look-ups that asked the HSM.",
        engine.keys().decryption().misses());
    gauge(
        text,
        "cofre_data_key_cache_entries",
        "Unwrapped data keys held.",
        engine.keys().decryption().size());
    gauge(
        text,
        "cofre_data_key_cache_bytes",
        "Bytes that the unwrapped data keys take.",
        engine.keys().decryption().bytes());
    counter(
        text,
        "cofre_data_key_cache_refreshes_total",
        "Data keys that were unwrapped again ahead of their end.",
        engine.keys().decryption().refreshes());
    counter(
        text,
        "cofre_data_key_cache_evictions_total",
        "Data keys that were overwritten because their time was over or their key disabled.",
        engine.keys().decryption().evictions());
    counter(
        text,
        "cofre_data_key_waits_total",
        "Requests that waited for a data key in use, because its successor was late.",
        engine.keys().waits());
    if (keysShown || state.isDevelopment()) {
      left(text, engine.keys().mostUsed());
    }
    hsm(text, engine.gateway().figures());
    audit(text, engine);
    seals(text, state.seals());
    ships(text, state.ships());
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
    frames(text, state);
    state.loopLag().write(text);
    process(text);
    return text.toString();
  }

  /** How far the data keys of which most is used are from their limits. */
  private static void left(StringBuilder text, List<DataKeyLeft> keys) {
    left(
        text,
        "cofre_data_key_used_permille",
        "Thousandths used of the limit of requests or bytes that comes first.",
        keys,
        key -> (long) (key.usedShare() * 1_000));
    left(
        text,
        "cofre_data_key_messages_left",
        "Requests before its limit.",
        keys,
        DataKeyLeft::requests);
    left(
        text,
        "cofre_data_key_bytes_left",
        "Plaintext bytes before its limit.",
        keys,
        DataKeyLeft::bytes);
    left(text, "cofre_data_key_ms_left", "Milliseconds before its end.", keys, DataKeyLeft::ms);
  }

  private static void left(
      StringBuilder text,
      String name,
      String help,
      List<DataKeyLeft> keys,
      ToLongFunction<DataKeyLeft> value) {
    head(text, name, help, "gauge");
    for (DataKeyLeft key : keys) {
      text.append(name)
          .append("{key=\"")
          .append(key.keyId())
          .append("\",version=\"")
          .append(key.keyVersion())
          .append("\"} ")
          .append(value.applyAsLong(key))
          .append('\n');
    }
  }

  /** What the JVM says of itself. */
  private void process(StringBuilder text) {
    long collections = 0;
    long collectionMs = 0;
    for (GarbageCollectorMXBean bean : collectors) {
      collections += Math.max(0, bean.getCollectionCount());
      collectionMs += Math.max(0, bean.getCollectionTime());
    }
    counter(text, "cofre_gc_total", "Collections of the heap.", collections);
    counter(text, "cofre_gc_ms_total", "Milliseconds of collections.", collectionMs);
    long cpuNs =
        system instanceof com.sun.management.OperatingSystemMXBean sun
            ? Math.max(0, sun.getProcessCpuTime())
            : 0;
    counter(
        text,
        "cofre_cpu_ms_total",
        "Milliseconds of processor that this process has used.",
        cpuNs / 1_000_000);
  }

  private static void frames(StringBuilder text, ServerState state) {
    FrameFigures frames = state.frames();
    gauge(text, "cofre_frames_connections", "Open connections of frames.", frames.connections());
    gauge(
        text,
        "cofre_frames_held_bytes",
        "Bytes that frame connections hold: unread answers, partial frames, waiting requests.",
        state.heldBytes());
    counter(
        text,
        "cofre_frames_runs_total",
        "Groups of frames that were read and executed together.",
        frames.runs());
    counter(text, "cofre_frames_total", "Requests that came as frames.", frames.requests());
    counter(
        text,
        "cofre_frames_refused_connections_total",
        "Connections that found the limit of connections reached.",
        frames.refused());
    head(text, "cofre_frames_cut_total", "Connections that were cut, by reason.", "counter");
    frames.cuts(
        (reason, count) ->
            text.append("cofre_frames_cut_total{reason=\"")
                .append(reason)
                .append("\"} ")
                .append(count)
                .append('\n'));
    counter(
        text,
        "cofre_frames_shed_total",
        "Requests that were refused because they had waited too long.",
        frames.shed());
  }

  private static void audit(StringBuilder text, Engine engine) {
    AuditFigures audit = engine.auditFigures();
    gauge(text, "cofre_audit_up", "Whether the audit log takes events.", engine.canAudit() ? 1 : 0);
    counter(text, "cofre_audit_records_total", "Events in the audit log.", audit.records());
    counter(
        text,
        "cofre_audit_unauthenticated_total",
        "Requests of unauthenticated callers, counted in the audit log.",
        audit.unauthenticated());
    counter(
        text, "cofre_audit_refused_total", "Appends that the audit log refused.", audit.refused());
    gauge(text, "cofre_audit_used_bytes", "Budget of the audit log in use.", audit.bytesUsed());
    gauge(text, "cofre_audit_free_bytes", "Budget of the audit log left.", audit.bytesFree());
    gauge(
        text,
        "cofre_audit_disk_free_bytes",
        "Bytes free on the disk of the audit log.",
        audit.diskBytesFree());
    gauge(
        text,
        "cofre_audit_last_file",
        "Whether the audit log gets no further file when the present one is full.",
        audit.lacksNext() ? 1 : 0);
    counter(
        text,
        "cofre_audit_undigested_total",
        "Events with a context that was not digested, for want of a key.",
        engine.digestKeys().undigestedEvents());
    counter(
        text,
        "cofre_audit_losses_total",
        "How often a file of the audit log was deleted or cut while it was written.",
        audit.losses());
  }

  private static void seals(StringBuilder text, SealFigures seals) {
    gauge(text, "cofre_audit_sealed_events", "Events under a signed head.", seals.sealed());
    counter(text, "cofre_audit_heads_total", "Heads that were signed.", seals.heads());
    gauge(
        text,
        "cofre_audit_seal_lag_ms",
        "Milliseconds since all events were under a signed head.",
        seals.lagMs());
    gauge(
        text, "cofre_audit_seal_up", "Whether the audit log is sealed.", seals.isWorking() ? 1 : 0);
    counter(
        text,
        "cofre_audit_seal_broken_total",
        "How often the audit log was not found as it had been sealed.",
        seals.broken());
  }

  private static void ships(StringBuilder text, ShipFigures ships) {
    counter(text, "cofre_audit_shipped_total", "Events that the archive took.", ships.shipped());
    gauge(
        text,
        "cofre_audit_ship_lag_events",
        "Sealed events that are not known to be archived.",
        ships.lagEvents());
    gauge(
        text,
        "cofre_audit_ship_lag_ms",
        "Milliseconds since all sealed events were archived.",
        ships.lagMs());
    gauge(
        text,
        "cofre_audit_ship_up",
        "Whether the audit log is shipped.",
        ships.isWorking() ? 1 : 0);
    counter(
        text,
        "cofre_audit_freed_bytes_total",
        "Bytes of the audit log that were deleted because they are archived.",
        ships.freedBytes());
  }

  private static void hsm(StringBuilder text, GatewayFigures hsm) {
    gauge(text, "cofre_hsm_queue", "Calls that wait for the HSM.", hsm.waiting());
    gauge(
        text,
        "cofre_hsm_up",
        "Whether the HSM answers and calls are let through.",
        hsm.up() ? 1 : 0);
    counter(text, "cofre_hsm_calls_total", "Calls that the HSM answered.", hsm.calls());
    counter(text, "cofre_hsm_failures_total", "Calls that failed for the HSM.", hsm.failures());
    counter(text, "cofre_hsm_late_total", "Calls that missed their deadline.", hsm.late());
    counter(text, "cofre_hsm_refused_total", "Calls that found the queue full.", hsm.refused());
    counter(text, "cofre_hsm_rejected_total", "Wraps that did not verify.", hsm.rejected());
    counter(
        text,
        "cofre_hsm_rejected_again_total",
        "Of these, the ones that the HSM was not asked about again.",
        hsm.remembered());
    counter(
        text,
        "cofre_hsm_breaker_openings_total",
        "How often calls were cut off because the HSM failed.",
        hsm.breakerOpenings());
    counter(text, "cofre_hsm_batches_total", "Batches of calls to the HSM.", hsm.batches());
    counter(text, "cofre_hsm_batched_calls_total", "Calls in these batches.", hsm.batched());
    quantiles(
        text,
        "cofre_hsm_call_ns",
        "Time in the HSM since the start.",
        hsm.callP50Ns(),
        hsm.callP99Ns());
    quantiles(
        text,
        "cofre_hsm_total_ns",
        "Time from a call's submission to its result since the start.",
        hsm.totalP50Ns(),
        hsm.totalP99Ns());
  }

  private static void quantiles(
      StringBuilder text, String name, String help, long median, long high) {
    head(text, name, help, "gauge");
    text.append(name).append("{quantile=\"0.5\"} ").append(median).append('\n');
    text.append(name).append("{quantile=\"0.99\"} ").append(high).append('\n');
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
