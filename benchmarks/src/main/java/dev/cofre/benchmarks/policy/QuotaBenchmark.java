package dev.cofre.benchmarks.policy;

import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.policy.QuotaLimit;
import dev.cofre.engine.policy.UseQuotas;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a quota adds to a request. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QuotaBenchmark {
  private static final long PER_SECOND = 10_000_000;
  private static final long PER_DAY = 1_000_000_000_000L;

  /** Whether there is one of the principal, and one of its tenant. */
  @Param({"none", "principal", "both"})
  public String quotas;

  private final Clock clock = Clock.systemUTC();
  private UseQuotas.Quota quota;

  private record Who(String id, String tenant, Set<String> roles)
      implements PolicyEvaluator.Subject {}

  /** Makes the quotas, and proves that one of nothing is refused. */
  @Setup
  public void prepare() {
    UseQuotas counts = new UseQuotas();
    Who app = new Who("app", "default", Set.of("workload"));
    quota = counts.of(app, id -> limit(id, PER_SECOND, PER_DAY));
    Who other = new Who("other", "default", Set.of("workload"));
    UseQuotas.Quota one = new UseQuotas().of(other, id -> new QuotaLimit(id, 0, 1));
    if (one.take(1, 0) != 0 || one.take(1, 0) == 0 || (quota == null) != quotas.equals("none")) {
      throw new IllegalStateException("a quota is wrong");
    }
  }

  private QuotaLimit limit(String id, long perSecond, long perDay) {
    boolean tenant = id.endsWith("/");
    boolean there = quotas.equals("both") || (quotas.equals("principal") && !tenant);
    return there ? new QuotaLimit(id, perSecond, perDay) : null;
  }

  /** One use. */
  @Benchmark
  public long take() {
    UseQuotas.Quota now = quota;
    return now == null ? 0 : now.take(1, clock.millis());
  }
}
