package dev.cofre.loadtest.command;

import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.observe.Environment;
import dev.cofre.loadtest.observe.EventRunner;
import dev.cofre.loadtest.observe.MetricsSampler;
import dev.cofre.loadtest.report.Run;
import dev.cofre.loadtest.report.StoredRun;
import dev.cofre.loadtest.run.Generators;
import dev.cofre.loadtest.run.Merge;
import dev.cofre.loadtest.run.UsageException;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.slo.Verdict;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.traffic.Trust;
import dev.cofre.loadtest.workload.Event;
import dev.cofre.loadtest.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One run by several processes; this one does the events and watches. */
final class Several {
  private final Workload workload;
  private final TargetOptions target;
  private final int count;
  private volatile Generators running;
  private volatile boolean stopped;

  Several(Workload workload, TargetOptions target, boolean ceiling, int count) {
    if (workload.closed()) {
      throw new UsageException("several generators need a schedule: loop must be open");
    }
    this.workload = workload;
    this.target = target;
    this.count = count;
    if (ceiling) {
      Output.say("the ceiling of several generators is not measured: measure one");
    }
  }

  void stop() {
    stopped = true;
    Generators now = running;
    if (now != null) {
      now.stop();
    }
  }

  Run run(Path folder, Slo slo) throws IOException, InterruptedException {
    Site site = target.places().site(workload);
    EventRunner events =
        new EventRunner(
            workload.events(),
            target.places().authority(workload),
            target.places().home(workload),
            Output::say);
    String authorization =
        site.tokenFile() == null ? null : "Bearer " + Files.readString(site.tokenFile()).strip();
    MetricsSampler metrics =
        new MetricsSampler(site.url(), Trust.context(site.caFile()), authorization);
    LoadResult result;
    try (Generators generators =
        new Generators(count, folder, "dev.cofre.loadtest.LoadMain", arguments(folder))) {
      running = generators;
      if (stopped) {
        generators.stop();
      }
      Instant at = generators.start(workload.warmUpSeconds());
      long startNs = System.nanoTime() + Duration.between(Instant.now(), at).toNanos();
      events.start(startNs);
      metrics.start(startNs);
      double seconds = workload.warmUpSeconds() + workload.pacing().seconds();
      List<StoredRun> runs = new ArrayList<>();
      for (Path own : generators.finish(seconds)) {
        runs.add(StoredRun.read(own));
      }
      result = Merge.of(runs);
    } finally {
      events.finish();
      metrics.finish();
    }
    Verdict verdict =
        slo == null ? null : Verdict.of(slo, result, events.happened(), metrics.samples());
    return new Run(
        workload.name(),
        site.url().toString(),
        workload.target().protocol(),
        workload.seed(),
        result,
        null,
        Double.NaN,
        events.happened(),
        metrics.samples(),
        verdict,
        Environment.now(),
        List.of("merged from " + count + " generators"));
  }

  /** What each generator is told: the same workload, without its events, which are done here. */
  private List<String> arguments(Path folder) throws IOException {
    List<String> arguments = new ArrayList<>();
    if (target.workload != null) {
      arguments.addAll(List.of("-f", target.workload.toString()));
    }
    if (target.url != null) {
      arguments.addAll(List.of("--target", target.url));
    }
    if (target.tokenFile != null) {
      arguments.addAll(List.of("--token-file", target.tokenFile.toString()));
    }
    if (target.caFile != null) {
      arguments.addAll(List.of("--ca-file", target.caFile.toString()));
    }
    arguments.addAll(List.of("--seed", Long.toString(workload.seed()), "--no-events"));
    for (Event event : workload.events()) {
      Output.say("event at " + event.atSeconds() + " s: " + event.name());
    }
    Files.createDirectories(folder);
    return arguments;
  }
}
