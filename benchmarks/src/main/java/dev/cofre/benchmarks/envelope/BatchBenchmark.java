package dev.cofre.benchmarks.envelope;

import static dev.cofre.benchmarks.Buffers.COUNT;

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

/** Envelopes of one request of 100 items: one salt, one derivation. Figures are per envelope. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchBenchmark {
  /** Whose AES-GCM. */
  @Param({"sunjce", "auto"})
  public String backEnd;

  /** Bytes of plaintext of an item. */
  @Param({"64", "1024", "16384"})
  public int size;

  private EnvelopePath path;

  /** Proves the answers. */
  @Setup
  public void prepare() {
    path = new EnvelopePath(backEnd, size);
    seal();
    open();
    path.prove();
  }

  /** One request of 100 items. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] seal() {
    path.begin();
    for (int i = 0; i < COUNT; i++) {
      path.seal(i);
    }
    return path.buffers.envelopes;
  }

  /** The 100 envelopes of that request. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] open() {
    for (int i = 0; i < COUNT; i++) {
      path.open(i);
    }
    return path.buffers.opened;
  }
}
