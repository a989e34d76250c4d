package dev.cofre.loadtest.command;

import dev.cofre.loadtest.run.Capacity;
import dev.cofre.loadtest.run.CapacityProber;
import dev.cofre.loadtest.run.Interruption;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.traffic.Traffic;
import dev.cofre.loadtest.workload.Workload;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The highest rate at which an SLO holds. */
@Command(
    name = "capacity",
    mixinStandardHelpOptions = true,
    description = {
      "Looks for the highest constant rate at which the SLO holds: halves a range, each rate judged by the majority of up",
      "to three runs, and confirms what it found by three more. Writes capacity.json to --out.",
      "Without --slo: p99 at most 50 ms, 98% of the rate reached, at most 0.1% errors."
    },
    footer = {"", "Exit codes: 0 found; 2 wrong usage, none found, or stopped."})
final class CapacityCommand implements Callable<Integer> {
  private static final String USUAL_SLO =
      "latencyMs: {p99: 50}\nrate: {reachedShare: 0.98}\nerrors: {share: 0.001}\n";

  @Mixin TargetOptions target;
  @Mixin Output output;

  @Option(
      names = "--run-seconds",
      paramLabel = "N",
      description = "How long each run is (default: 4).")
  double runSeconds = 4;

  @Option(
      names = "--budget-seconds",
      paramLabel = "N",
      description = "No run begins after this (default: 240).")
  double budgetSeconds = 240;

  @Override
  public Integer call() throws Exception {
    Workload workload = target.workload();
    Slo slo = target.slo == null ? Slo.parse("the usual SLO", USUAL_SLO) : target.slo();
    Path folder = output.folder();
    Traffic traffic = Traffic.prepare(workload, target.places().site(workload));
    CapacityProber prober = new CapacityProber(workload, traffic, slo, runSeconds, Output::say);
    return Interruption.guard(
        prober::stop,
        () -> {
          Capacity.Found found = new Capacity(prober, budgetSeconds).search();
          JsonObject json = json(workload, found);
          Files.writeString(folder.resolve("capacity.json"), json.encodePrettily() + "\n");
          output.print(text(found), json);
          return found.rate() > 0 ? ExitCodes.HOLDS : ExitCodes.INVALID;
        });
  }

  private static String text(Capacity.Found found) {
    if (found.rate() == 0) {
      return "no rate was found at which the SLO holds, down to "
          + Math.round(found.above())
          + "/s";
    }
    return String.format(
        Locale.ROOT,
        "capacity: %,.0f/s (held in %d of %d confirmations; %s)%s",
        found.rate(),
        found.confirmed(),
        found.confirmations(),
        Double.isInfinite(found.above())
            ? "missed at none that was tried"
            : String.format(Locale.ROOT, "missed at %,.0f/s", found.above()),
        found.complete() ? "" : "; the time was over before the search was");
  }

  private static JsonObject json(Workload workload, Capacity.Found found) {
    JsonArray probes = new JsonArray();
    for (Capacity.Probe probe : found.probes()) {
      probes.add(
          new JsonObject()
              .put("rate", Math.round(probe.rate()))
              .put("holds", probe.holds())
              .put("valid", probe.validity().code())
              .put("p99Ms", probe.p99Ms())
              .put("why", probe.why()));
    }
    return new JsonObject()
        .put("name", workload.name())
        .put("seed", workload.seed())
        .put("rate", Math.round(found.rate()))
        .put("missedAt", Double.isInfinite(found.above()) ? null : (Long) Math.round(found.above()))
        .put("confirmed", found.confirmed())
        .put("confirmations", found.confirmations())
        .put("complete", found.complete())
        .put("runs", probes);
  }
}
