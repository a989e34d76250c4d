package dev.cofre.benchmarks.policy;

import com.google.protobuf.ByteString;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.AuthenticationStrength;
import dev.cofre.engine.policy.Facts;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A decision among many policies: each names one workload and one key. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PolicyBenchmark {
  private static final String TENANT = "default";
  private static final long SEED = 1;

  /** How many policies. */
  @Param({"100", "10000"})
  public int policies;

  private record Who(String id, String tenant, Set<String> roles)
      implements PolicyEvaluator.Subject {}

  private record Which(UUID id, String tenant, String owner)
      implements PolicyEvaluator.KeyReference {
    @Override
    public String alias() {
      return "demo";
    }

    @Override
    public String environment() {
      return "dev";
    }

    @Override
    public Map<String, String> tags() {
      return Map.of();
    }
  }

  private static final Facts FACTS =
      new Facts(EncryptionContext.EMPTY, null, AuthenticationStrength.TOKEN, 1);

  private final List<Who> who = new ArrayList<>();
  private final List<Which> which = new ArrayList<>();
  private final Map<String, Boolean> bare = new HashMap<>();

  /** Callers come in no order: no processor foresees whose memory is next. */
  private final List<Integer> order = new ArrayList<>();

  private PolicyEvaluator evaluator;
  private int cursor;

  /** Compiles, and proves an allowance, a denial and an absence. */
  @Setup
  public void prepare() {
    List<Policy> all = new ArrayList<>();
    for (int i = 0; i < policies; i++) {
      // A node interns the ids of principals, as of whom policies name.
      who.add(new Who(("workload-" + i).intern(), TENANT, Set.of(PolicyEvaluator.WORKLOAD)));
      which.add(new Which(new UUID(i, 7), TENANT, "team"));
      Effect effect = i % 10 == 9 ? Effect.EFFECT_DENY : Effect.EFFECT_ALLOW;
      all.add(policy(i, effect));
      order.add(i);
      bare.put(who.get(i).id(), effect == Effect.EFFECT_ALLOW);
    }
    evaluator = PolicyEvaluator.compile(all);
    Collections.shuffle(order, new Random(SEED));
    boolean right =
        evaluator.allows(who.get(0), Action.ENCRYPT, which.get(0), FACTS)
            && !evaluator.allows(who.get(9), Action.ENCRYPT, which.get(9), FACTS)
            && !evaluator.allows(who.get(0), Action.ENCRYPT, which.get(1), FACTS);
    if (!right) {
      throw new IllegalStateException("a decision is wrong");
    }
  }

  private Policy policy(int i, Effect effect) {
    return Policy.newBuilder()
        .setId("policy-" + i)
        .setTenant(TENANT)
        .setEffect(effect)
        .addPrincipals(who.get(i).id())
        .addActions(Action.ENCRYPT.text())
        .addKeys(ByteString.copyFrom(Uuids.bytes(which.get(i).id())))
        .build();
  }

  /** A decision for the next workload and its key. */
  @Benchmark
  public boolean decide() {
    int i = next();
    return evaluator.allows(who.get(i), Action.ENCRYPT, which.get(i), FACTS);
  }

  /** The reference: one look-up of a string in a map of as many entries. */
  @Benchmark
  public boolean lookUp() {
    return bare.get(who.get(next()).id());
  }

  private int next() {
    int i = cursor;
    cursor = i + 1 == policies ? 0 : i + 1;
    return order.get(i);
  }
}
