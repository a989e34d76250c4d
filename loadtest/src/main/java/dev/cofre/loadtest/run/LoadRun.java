package dev.cofre.loadtest.run;

import dev.cofre.loadtest.generator.Interval;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.observe.Ceiling;
import dev.cofre.loadtest.observe.Environment;
import dev.cofre.loadtest.observe.EventRunner;
import dev.cofre.loadtest.observe.MetricsSampler;
import dev.cofre.loadtest.observe.NullServer;
import dev.cofre.loadtest.report.Run;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.slo.Verdict;
import dev.cofre.loadtest.traffic.Site;
import dev.cofre.loadtest.traffic.Traffic;
import dev.cofre.loadtest.traffic.Trust;
import dev.cofre.loadtest.workload.Operation;
import dev.cofre.loadtest.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** One run of a workload, with all that is watched beside it. {@link #stop} by any thread. */
public final class LoadRun {
  private final Workload workload;
  private final Site site;
  private final Consumer<String> say;
  private volatile LoadGenerator generator;
  private volatile boolean stopped;

  /**
   * What is besides the workload.
   *
   * @param slo null for none
   * @param authority of events; null when none needs it
   * @param home of the planes on this machine, for events
   * @param ceiling whether the generator's own limit is measured first
   * @param start which part of the requests this process sends, and when
   */
  public record Extras(
      Slo slo, EventRunner.Authority authority, Path home, boolean ceiling, StartSignal start) {}

  /** Of {@code workload} at {@code site}; {@code say} is told of the progress. */
  public LoadRun(Workload workload, Site site, Consumer<String> say) {
    this.workload = workload;
    this.site = site;
    this.say = say;
  }

  /** Lets the run end now; what was measured until then is told. */
  public void stop() {
    stopped = true;
    LoadGenerator running = generator;
    if (running != null) {
      running.stop();
    }
  }

  /** How the generator is set up for {@code workload}. */
  static LoadPlan plan(Workload workload) {
    Pacing pacing = workload.closed() ? Pacing.closed() : workload.pacing();
    return LoadPlan.of(pacing)
        .lasting(duration(workload.warmUpSeconds()), duration(workload.pacing().seconds()))
        .over(workload.target().connections())
        .by(workload.threads())
        .within(Duration.ofMillis(workload.target().timeoutMs()));
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  /** Prepares, warms up, runs. */
  public Run run(Extras extras) throws IOException, InterruptedException {
    Map<String, String> environment = Environment.now();
    LoadPlan plan = plan(workload).as(extras.start().part(), extras.start().parts());
    double ceiling = extras.ceiling() ? ceiling(plan) : Double.NaN;
    say.accept("preparing requests (seed " + workload.seed() + ")");
    Traffic traffic = Traffic.prepare(workload, site);
    List<String> notes = notes(traffic);
    LoadResult result;
    EventRunner events = new EventRunner(workload.events(), extras.authority(), extras.home(), say);
    MetricsSampler metrics = sampler();
    try (LoadGenerator made = new LoadGenerator(traffic.address(), traffic.protocol(), plan)) {
      begin(made);
      long startNs = extras.start().await(plan.warmUp().toNanos());
      result = made.runAt(startNs, watcher(events, metrics));
    } finally {
      events.finish();
      metrics.finish();
    }
    LoadResult closedLoop = closedLoop(traffic, plan);
    Verdict verdict =
        extras.slo() == null
            ? null
            : Verdict.of(extras.slo(), result, events.happened(), metrics.samples());
    return new Run(
        workload.name(),
        shown(),
        workload.target().protocol() + " (" + traffic.protocol().name() + ")",
        workload.seed(),
        result,
        closedLoop,
        ceiling,
        events.happened(),
        metrics.samples(),
        verdict,
        environment,
        notes);
  }

  /** What reports call the target. */
  private String shown() {
    boolean frames = workload.target().protocol().equals("frames");
    return site.url() + (frames ? " (frames at port " + site.frames().getPort() + ")" : "");
  }

  private void begin(LoadGenerator made) {
    generator = made;
    if (stopped) {
      made.stop();
    }
  }

  private MetricsSampler sampler() throws IOException {
    return new MetricsSampler(site.url(), Trust.context(site.caFile()), site.authorization());
  }

  private LoadGenerator.Watcher watcher(EventRunner events, MetricsSampler metrics) {
    return new LoadGenerator.Watcher() {
      @Override
      public void started(long startNs) {
        events.start(startNs);
        metrics.start(startNs);
      }

      @Override
      public void interval(Interval interval) {
        double end = interval.startSeconds() + interval.seconds();
        if (interval.seconds() > 0.5 && Math.round(end) % 5 == 0) {
          say.accept(
              String.format(
                  Locale.ROOT,
                  "%3.0f s: %,.0f/s due, %,.0f/s done, %,d failed, p99 %.2f ms",
                  end,
                  interval.due() / interval.seconds(),
                  interval.done() / interval.seconds(),
                  interval.failed(),
                  interval.latency().getValueAtPercentile(99) / 1e6));
        }
      }
    };
  }

  private double ceiling(LoadPlan plan) throws IOException, InterruptedException {
    NullServer.Kind kind =
        switch (workload.target().protocol()) {
          case "frames" -> NullServer.Kind.FRAMES;
          case "grpc" -> NullServer.Kind.GRPC;
          default -> NullServer.Kind.HTTP;
        };
    double bytes =
        workload.operations().stream()
            .mapToDouble(
                o ->
                    o.kind() == Operation.Kind.HTTP
                        ? o.http().body().length
                        : o.batch() * o.sizes().mean())
            .average()
            .orElse(0);
    double reached =
        Ceiling.measure(plan, kind, workload.target().inFlight(), (int) Math.min(bytes, 60_000));
    say.accept(String.format(Locale.ROOT, "ceiling against a null server: %,.0f/s", reached));
    return reached;
  }

  private List<String> notes(Traffic traffic) {
    List<String> notes = new ArrayList<>();
    if (traffic.coldNeeded() > traffic.cold()) {
      notes.add(
          "coldShare: "
              + traffic.coldNeeded()
              + " envelopes with a data key of their own were wanted and "
              + traffic.cold()
              + " made, the most; they were sent again, and then their data key may have been cached.");
    }
    if (workload.closed()) {
      notes.add("loop: closed. Answers set the pace: these latencies hide every stall.");
    }
    return notes;
  }

  /** The same requests by a closed loop; null when it is not asked for. */
  private LoadResult closedLoop(Traffic traffic, LoadPlan plan)
      throws IOException, InterruptedException {
    if (workload.compareSeconds() == 0 || stopped) {
      return null;
    }
    say.accept("closed loop, for comparison");
    LoadPlan closed =
        plan.paced(Pacing.closed())
            .lasting(Duration.ofMillis(500), duration(workload.compareSeconds()));
    try (LoadGenerator made = new LoadGenerator(traffic.address(), traffic.protocol(), closed)) {
      begin(made);
      return made.run();
    }
  }
}
