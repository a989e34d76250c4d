package dev.cofre.loadtest.run;

import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.slo.Check;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.slo.Verdict;
import dev.cofre.loadtest.traffic.Traffic;
import dev.cofre.loadtest.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Runs of one prepared workload at several rates, over connections that stay open in a run. */
public final class CapacityProber implements Capacity.Prober {
  private static final Duration WARM_UP = Duration.ofMillis(500);
  private static final Duration CLOSED = Duration.ofSeconds(3);

  private final Workload workload;
  private final Traffic traffic;
  private final Slo slo;
  private final Duration seconds;
  private final Consumer<String> say;
  private volatile LoadGenerator running;
  private volatile boolean stopped;

  /** Each run takes {@code seconds}. */
  public CapacityProber(
      Workload workload, Traffic traffic, Slo slo, double seconds, Consumer<String> say) {
    this.workload = workload;
    this.traffic = traffic;
    this.slo = slo;
    this.seconds = Duration.ofNanos((long) (seconds * 1e9));
    this.say = say;
  }

  /** Ends the run under way; the search ends with it. */
  public void stop() {
    stopped = true;
    LoadGenerator now = running;
    if (now != null) {
      now.stop();
    }
  }

  @Override
  public double closedLoop() throws Exception {
    LoadResult result = run(Pacing.closed(), Duration.ofSeconds(2), CLOSED);
    if (result.done() == 0) {
      throw new UsageException("the target does nothing: " + result.reason());
    }
    say.accept(String.format(Locale.ROOT, "a closed loop reaches %,.0f/s", result.reached()));
    return result.reached();
  }

  @Override
  public Capacity.Probe at(double rate) throws Exception {
    Workload paced = workload.at(rate, seconds.toNanos() / 1e9);
    LoadResult result = run(paced.pacing(), WARM_UP, seconds);
    Verdict verdict = Verdict.of(slo, result, List.of(), List.of());
    boolean valid = result.validity() == Validity.VALID;
    double p99Ms = result.latencyUs(99) / 1e3;
    String why =
        !valid
            ? result.reason()
            : verdict.checks().stream()
                .filter(check -> !check.holds())
                .map(check -> check.name() + " " + check.measured())
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
    boolean holds = valid && verdict.checks().stream().allMatch(Check::holds);
    say.accept(
        String.format(
            Locale.ROOT,
            "%,10.0f/s: %s, p99 %.2f ms %s",
            rate,
            holds ? "holds" : valid ? "missed" : "invalid",
            p99Ms,
            why));
    return new Capacity.Probe(rate, holds, result.validity(), p99Ms, why);
  }

  private LoadResult run(Pacing pacing, Duration warmUp, Duration duration) throws Exception {
    LoadPlan plan = LoadRun.plan(workload).paced(pacing).lasting(warmUp, duration);
    try (LoadGenerator generator = new LoadGenerator(traffic.address(), traffic.protocol(), plan)) {
      running = generator;
      if (stopped) {
        throw new UsageException("the search was stopped");
      }
      return generator.run();
    }
  }
}
