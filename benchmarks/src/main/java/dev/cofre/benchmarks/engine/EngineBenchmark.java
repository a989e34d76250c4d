package dev.cofre.benchmarks.engine;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.request.Batch;
import dev.cofre.hsm.SimulatedHsm;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Requests through the whole engine: permit, data key, envelope, audit. A batch of {@code items},
 * each of {@code length} bytes; the score is a batch's.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 5,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED"
    })
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 4, timeUnit = TimeUnit.MILLISECONDS)
public class EngineBenchmark {
  /** How many items a request holds. */
  @Param({"1", "100"})
  public int items;

  /** How long each plaintext is. */
  @Param("1024")
  public int length;

  private EngineFixture engine;
  private byte[][] plaintexts;
  private byte[][] envelopes;

  /** Seals, and sees that it opens. */
  @Setup
  public void prepare() {
    engine =
        new EngineFixture(new SimulatedHsm(Duration.ZERO, 4), new NoAuditLog(), KeyLimits.DEFAULT);
    SplittableRandom random = new SplittableRandom(1);
    plaintexts = new byte[items][length];
    for (byte[] plaintext : plaintexts) {
      random.nextBytes(plaintext);
    }
    Batch batch = batch(plaintexts);
    engine.path().encrypt(engine.caller(), EngineFixture.KEY, batch).join();
    envelopes = outputs(batch);
    batch.close();
    Batch opened = batch(envelopes);
    engine.path().decrypt(engine.caller(), opened).join();
    if (!Arrays.deepEquals(plaintexts, outputs(opened))) {
      throw new IllegalStateException("the engine does not open what it seals");
    }
    opened.close();
  }

  /** Ends it. */
  @TearDown
  public void close() {
    engine.close();
  }

  private Batch batch(byte[][] inputs) {
    Batch batch = engine.path().newBatch();
    for (byte[] input : inputs) {
      batch.add(input, 0, input.length, EncryptionContext.EMPTY);
    }
    return batch;
  }

  private static byte[][] outputs(Batch batch) {
    byte[][] outputs = new byte[batch.size()][];
    for (int i = 0; i < outputs.length; i++) {
      if (batch.problem(i) != null) {
        throw batch.problem(i);
      }
      outputs[i] = batch.copyOfOutput(i);
    }
    return outputs;
  }

  /** One request's encryption. */
  @Benchmark
  public int encrypt() {
    Batch batch = batch(plaintexts);
    engine.path().encrypt(engine.caller(), EngineFixture.KEY, batch).join();
    int written = batch.outputLength(items - 1);
    batch.close();
    return written;
  }

  /** One request's decryption. */
  @Benchmark
  public int decrypt() {
    Batch batch = batch(envelopes);
    engine.path().decrypt(engine.caller(), batch).join();
    int written = batch.outputLength(items - 1);
    batch.close();
    return written;
  }
}
