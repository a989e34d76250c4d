package dev.cofre.benchmarks.kdf;

import static dev.cofre.benchmarks.Buffers.COUNT;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.engine.random.GetRandom;
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

/**
 * One request per envelope of 1 KiB: {@code seal} reads a salt from the kernel for each, {@code
 * open} meets another salt in each. Figures are per envelope; the reference is {@link
 * dev.cofre.benchmarks.envelope.BareBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RequestBenchmark {
  /**
   * ENVELOPE is the contract's own sealer and opener, ENVELOPE_DEVICE the same with salts from the
   * random device, the rest a candidate in the same frame.
   */
  @Param({"ENVELOPE", "ENVELOPE_DEVICE", "CMAC", "HMAC", "HKDF_EXPAND", "HKDF", "DNDK", "XAES"})
  public String path;

  private final Buffers buffers = new Buffers(1024);
  private RequestPath requests;

  /** Proves the answers, then leaves 100 envelopes to open. */
  @Setup
  public void prepare() {
    var random = GetRandom.orDevice();
    if (path.equals("ENVELOPE")) {
      requests = new ContractPath(buffers, random);
    } else if (path.equals("ENVELOPE_DEVICE")) {
      requests = new ContractPath(buffers, KernelRandom.INSTANCE);
    } else {
      Candidate candidate = Candidate.valueOf(path);
      CandidateProof.prove(
          candidate, buffers.dataKey, buffers.wrapped, KernelRandom.INSTANCE.bytes(24));
      requests = new CandidatePath(candidate, buffers, random);
    }
    seal();
    open();
    if (!Arrays.deepEquals(buffers.plaintexts, buffers.opened)) {
      throw new IllegalStateException(path + " does not open what it seals");
    }
    buffers.envelopes[7][200] ^= 1;
    if (requests.open(buffers.envelopes[7], buffers.opened[7]) != -1) {
      throw new IllegalStateException(path + " opens what was changed");
    }
    buffers.envelopes[7][200] ^= 1;
  }

  /** 100 requests of one envelope. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] seal() {
    for (int i = 0; i < COUNT; i++) {
      requests.seal(buffers.plaintexts[i], buffers.envelopes[i]);
    }
    return buffers.envelopes;
  }

  /** 100 envelopes made by 100 requests. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] open() {
    for (int i = 0; i < COUNT; i++) {
      if (requests.open(buffers.envelopes[i], buffers.opened[i]) < 0) {
        throw new IllegalStateException("an envelope does not open");
      }
    }
    return buffers.opened;
  }
}
