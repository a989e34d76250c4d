package dev.cofre.benchmarks.engine;

import static dev.cofre.benchmarks.Buffers.COUNT;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.benchmarks.policy.LargeSnapshot;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.hsm.SimulatedHsm;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Requests through the whole engine: permit, data key, envelope, audit; {@value
 * dev.cofre.benchmarks.Buffers#COUNT} items in one request, or in as many requests.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineBenchmark {
  /** Bytes of plaintext of an item. */
  @Param("1024")
  public int size;

  /** Whether the audit log is the real one, or one that keeps nothing. */
  @Param({"on", "off"})
  public String audit;

  /** Whose AES-GCM. */
  @Param({"sunjce", "auto"})
  public String backEnd;

  /** How many keys others have, in a tenth as many policies. */
  @Param({"0", "1000000"})
  public int otherKeys;

  private EngineFixture engine;
  private Buffers buffers;

  /** Each sealed by a request of its own. */
  private final byte[][] envelopes = new byte[COUNT][];

  /** All sealed by one request: the same salt in all. */
  private final byte[][] ofOneRequest = new byte[COUNT][];

  /** Seals each item by a request of its own, then all by one, and sees that they open. */
  @Setup
  public void prepare() throws IOException {
    engine =
        new EngineFixture(
            new SimulatedHsm(Duration.ZERO, 4),
            audit.equals("on"),
            KeyLimits.DEFAULT,
            AeadBackEnd.named(backEnd),
            others());
    buffers = new Buffers(size);
    for (int i = 0; i < COUNT; i++) {
      Batch single = engine.path().newBatch();
      single.add(buffers.plaintexts[i], 0, size, EncryptionContext.EMPTY);
      engine.path().encrypt(engine.caller(), EngineFixture.KEY, single).join();
      envelopes[i] = single.copyOfOutput(0);
      single.close();
    }
    Batch sealing = batch(buffers.plaintexts);
    engine.path().encrypt(engine.caller(), EngineFixture.KEY, sealing).join();
    for (int i = 0; i < COUNT; i++) {
      ofOneRequest[i] = sealing.copyOfOutput(i);
    }
    sealing.close();
    proveThatTheyOpen(envelopes);
    proveThatTheyOpen(ofOneRequest);
  }

  private SnapshotState others() {
    int keys = Boolean.getBoolean("cofre.benchmarks.tiny") ? otherKeys / 100 : otherKeys;
    return keys == 0 ? SnapshotState.NONE : new LargeSnapshot(keys, keys / 100).make();
  }

  private void proveThatTheyOpen(byte[][] sealed) {
    Batch opened = batch(sealed);
    engine.path().decrypt(engine.caller(), opened).join();
    for (int i = 0; i < COUNT; i++) {
      if (!Arrays.equals(buffers.plaintexts[i], opened.copyOfOutput(i))) {
        throw new IllegalStateException("the engine does not open what it seals");
      }
    }
    opened.close();
  }

  /** Ends the engine. */
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

  private int finish(Batch batch) {
    int last = batch.size() - 1;
    if (batch.problem(last) != null) {
      throw batch.problem(last);
    }
    int length = batch.outputLength(last);
    batch.close();
    return length;
  }

  /** One request. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public int encryptBatch() {
    Batch batch = batch(buffers.plaintexts);
    engine.path().encrypt(engine.caller(), EngineFixture.KEY, batch).join();
    return finish(batch);
  }

  /** One request, of what one request sealed. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public int decryptBatch() {
    Batch batch = batch(ofOneRequest);
    engine.path().decrypt(engine.caller(), batch).join();
    return finish(batch);
  }

  /** A request for each item. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public int encryptSingles() {
    int length = 0;
    for (byte[] plaintext : buffers.plaintexts) {
      Batch batch = engine.path().newBatch();
      batch.add(plaintext, 0, plaintext.length, EncryptionContext.EMPTY);
      engine.path().encrypt(engine.caller(), EngineFixture.KEY, batch).join();
      length += finish(batch);
    }
    return length;
  }

  /** A request for each item, each sealed by another request. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public int decryptSingles() {
    int length = 0;
    for (byte[] envelope : envelopes) {
      Batch batch = engine.path().newBatch();
      batch.add(envelope, 0, envelope.length, EncryptionContext.EMPTY);
      engine.path().decrypt(engine.caller(), batch).join();
      length += finish(batch);
    }
    return length;
  }
}
