package dev.cofre.benchmarks.policy;

import com.google.protobuf.ByteString;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.engine.policy.Action;
import dev.cofre.engine.policy.UseQuotas;
import dev.cofre.engine.policy.UseRates;
import dev.cofre.engine.request.Authorizer;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.engine.usage.UseCounts;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Authorization of a thousand pairs of principal and key in turn, among few keys or among a million
 * with a hundred thousand policies.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HotSetBenchmark {
  private static final int PAIRS = 1_000;
  private static final int FEW = 10;
  private static final long AGE_MAX_MS = 86_400_000;

  /** How many keys; a tenth as many policies, but one for each of a few. */
  @Param({"10", "1000000"})
  public int keys;

  private final Caller[] callers = new Caller[PAIRS];
  private final String[] names = new String[PAIRS];
  private Authorizer authorizer;
  private int cursor;

  /** Makes the snapshot, and proves an allowance for each pair and a refusal. */
  @Setup
  public void prepare() throws SnapshotRejectedException {
    boolean few = keys <= FEW;
    int count = Boolean.getBoolean("cofre.benchmarks.tiny") && !few ? 10 * PAIRS : keys;
    LargeSnapshot large = new LargeSnapshot(count, few ? PAIRS : Math.max(PAIRS, count / 100));
    SnapshotState state = large.make();
    if (few) {
      state = state.apply(everybody(state, large));
    }
    SnapshotHolder holder = new SnapshotHolder(AGE_MAX_MS);
    holder.publish(state, System.nanoTime());
    authorizer =
        new Authorizer(holder, new UseRates(), new UseQuotas(), new UseCounts(), Clock.systemUTC());
    for (int i = 0; i < PAIRS; i++) {
      int key = few ? i % keys : i * (count / PAIRS);
      names[i] = LargeSnapshot.alias(key);
      String principal = LargeSnapshot.principal(few ? i : large.principalOf(key));
      callers[i] = new Caller(state.principal(principal), "token", "127.0.0.1", "r");
      if (!authorize().alias().equals(names[i])) {
        throw new IllegalStateException("a decision is wrong");
      }
    }
    if (state.keyCount() != count) {
      throw new IllegalStateException("keys are missing");
    }
  }

  /** One policy for each key, that names all. */
  private static Statement everybody(SnapshotState state, LargeSnapshot large) {
    PolicyStatement.Builder all =
        PolicyStatement.newBuilder().setEffect(Effect.EFFECT_ALLOW).addActions("encrypt");
    for (int i = 0; i < large.keys(); i++) {
      KeyMetadata key = state.key("default", LargeSnapshot.alias(i));
      all.addKeys(ByteString.copyFrom(Uuids.bytes(key.id())));
    }
    for (int i = 0; i < large.principals(); i++) {
      all.addPrincipals(LargeSnapshot.principal(i));
    }
    return Statement.newBuilder()
        .setEpoch(1)
        .setFromRevision(state.revision())
        .setFromDigest(ByteString.copyFrom(state.digest()))
        .setRevision(state.revision() + 1)
        .setDigest(ByteString.copyFrom(SnapshotDigest.sha256(new byte[1])))
        .addPolicies(Policy.newBuilder().setId("all").setTenant("default").addStatements(all))
        .build();
  }

  /** The next pair's. */
  @Benchmark
  public KeyMetadata authorize() {
    int i = cursor;
    cursor = i + 1 == PAIRS ? 0 : i + 1;
    return authorizer.authorize(callers[i], Action.ENCRYPT, names[i], EncryptionContext.EMPTY);
  }
}
