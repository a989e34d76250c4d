package dev.cofre.loadtest.report;

import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.slo.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the figures of a run say of each knob, and what to try next. */
final class Advice {
  private final Run run;
  private final LoadResult result;
  private final List<String> lines = new ArrayList<>();

  private Advice(Run run) {
    this.run = run;
    this.result = run.result();
  }

  static List<String> of(Run run) {
    Advice advice = new Advice(run);
    advice.generator();
    if (!run.metrics().isEmpty()) {
      advice.dataKeys();
      advice.hsm();
      advice.loops();
      advice.batching();
      advice.collections();
      advice.audit();
    }
    advice.transport();
    return advice.lines;
  }

  private double grown(String name) {
    return Verdict.delta(run.metrics(), name);
  }

  private double last(String name) {
    return run.metrics().getLast().sum(name);
  }

  private void generator() {
    double hiccupMs = result.hiccups().getValueAtPercentile(99.9) / 1e6;
    double p999 = result.latencyUs(99.9) / 1e3;
    if (result.validity() != Validity.VALID) {
      lines.add(
          String.format(Locale.ROOT, "Generator: %s. Do not read the latencies.", result.reason()));
    } else if (hiccupMs > p999 / 3) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Generator: its own process was stopped for %.1f ms at p99.9, the target's p99.9 is %.1f ms: the tail is"
                  + " partly this machine's. Run the generator elsewhere, or believe no percentile above p99.",
              hiccupMs,
              p999));
    }
    double ceiling = run.ceilingPerSecond();
    if (result.reached() > 0.7 * ceiling) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Generator: %,.0f/s is %.0f%% of what it reaches against a null server (%,.0f/s): take more threads, or"
                  + " several generators (--generators N).",
              result.reached(),
              100 * result.reached() / ceiling,
              ceiling));
    }
    if (result.waited() > result.done() / 100) {
      lines.add(
          String.format(
              Locale.ROOT,
              "target.connections, target.inFlight: %,d requests found all taken and waited. When the target is not"
                  + " busy, give more; when it is, this is its queue.",
              result.waited()));
    }
  }

  private void dataKeys() {
    double hits = grown("cofre_data_key_cache_hits_total");
    double misses = grown("cofre_data_key_cache_misses_total");
    double waits = grown("cofre_data_key_waits_total");
    if (hits + misses > 0) {
      double ratio = hits / (hits + misses);
      lines.add(
          String.format(
              Locale.ROOT,
              "Data key TTL and cache size (dataKey.decryptMs, dataKey.decryptEntriesMax): %.2f%% of look-ups hit, %.0f went to the HSM. %s",
              100 * ratio,
              misses,
              ratio > 0.99
                  ? "Nothing to gain here."
                  : "If envelopes are read again after their data key's time, a longer TTL for decryption lifts this;"
                      + " if each is read once, only fewer data keys do (dataKey.encryptMs)."));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            waits > 0
                ? "Refresh of data keys (dataKey.encryptMs): %.0f requests waited for a data key in use: the HSM was slow when its successor was due."
                : "Refresh of data keys (dataKey.encryptMs): no request waited for a data key in use (%.0f).",
            waits));
  }

  private void hsm() {
    double calls = grown("cofre_hsm_calls_total");
    double batches = grown("cofre_hsm_batches_total");
    double refused = grown("cofre_hsm_refused_total");
    double late = grown("cofre_hsm_late_total");
    double queue =
        run.metrics().stream().mapToDouble(s -> s.sum("cofre_hsm_queue")).max().orElse(0);
    lines.add(
        String.format(
            Locale.ROOT,
            "HSM batch and queue (hsm.threads, hsm.queueMax): %.0f calls in %.0f batches, longest queue seen %.0f, %.0f refused, %.0f late. %s",
            calls,
            batches,
            queue,
            refused,
            late,
            refused + late > 0
                ? "The HSM is the limit: raise the hit ratio first; a longer queue only makes the waiting longer."
                : queue > 100
                    ? "It kept up, with a queue: watch it at higher rates."
                    : "It is not the limit."));
  }

  private void loops() {
    double cores = grown("cofre_cpu_ms_total") / 1e3 / result.seconds();
    if (!Double.isNaN(cores)) {
      int processors = Runtime.getRuntime().availableProcessors();
      lines.add(
          String.format(
              Locale.ROOT,
              "Event loops (http.eventLoops): the node used %.2f processors (this machine has %d), %.1f µs of processor a"
                  + " request. %s",
              cores,
              processors,
              1e6 * cores / Math.max(1, result.reached()),
              cores > 0.8 * processors
                  ? "It is at the machine's limit; more loops do not help, more nodes do."
                  : "There is room; if latency is bad all the same, look at the HSM and at collections."));
    }
  }

  private void batching() {
    double frames = grown("cofre_frames_total");
    double runs = grown("cofre_frames_runs_total");
    if (frames > 0 && runs > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Batch size: %.1f frames were read together on average. %s",
              frames / runs,
              frames / runs < 4
                  ? "Cost a frame falls as this grows: fewer connections with more in flight, or batch frames."
                  : "They batch themselves."));
    } else if (run.protocol().startsWith("http")) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Batch size: one HTTP request costs the framework 8 to 14 µs, a KiB of AES under 1: items of a batch, or"
                  + " frames, are the way to more. Run the same workload with target.protocol: frames to see by how much."));
    }
  }

  private void collections() {
    double ms = grown("cofre_gc_ms_total");
    double count = grown("cofre_gc_total");
    if (count > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Collections: %.0f took %.0f ms in all, %.1f ms each, %.2f%% of the time. %s",
              count,
              ms,
              ms / count,
              ms / 10 / result.seconds(),
              ms / count > result.latencyUs(99) / 1e3
                  ? "One is longer than the p99: give the young generation room (COFRE_DATAPLANE_JVM_OPTS, -Xmn)."
                  : "They do not show in p99."));
    }
  }

  private void audit() {
    double free = last("cofre_audit_free_bytes");
    double records = grown("cofre_audit_records_total");
    double used = grown("cofre_audit_used_bytes");
    if (records > 0 && used > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Audit log: %.0f records, %.0f bytes each; at this rate the free %,.0f MB last %.1f hours.",
              records,
              used / records,
              free / 1e6,
              free / (used / result.seconds()) / 3_600));
    }
  }

  private void transport() {
    if (run.target().startsWith("https")) {
      lines.add(
          String.format(
              Locale.ROOT,
              "TLS provider: this run was over TLS. Run it once without, on the loopback, to see what TLS costs; the"
                  + " difference is the most that another provider can give back."));
    }
  }
}
