package dev.cofre.benchmarks.kdf;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.random.GetRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Request key and commitment alone, and the salt alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DerivationBenchmark {
  private final byte[] salt = new byte[CandidateDerivation.SALT_LENGTH];
  private final byte[] out = new byte[CandidateDerivation.OUTPUT_LENGTH];

  /** The candidate's and its key. */
  @State(Scope.Thread)
  public static class Keyed {
    /** Which candidate. */
    @Param({"CMAC", "CMAC_LIBCRYPTO", "HMAC", "HKDF_EXPAND", "HKDF", "DNDK", "XAES"})
    public Candidate candidate;

    CandidateDerivation derivation;

    /** Proves the answer, then keys. */
    @Setup
    public void prepare() {
      Buffers buffers = new Buffers(1024);
      byte[] salt = KernelRandom.INSTANCE.bytes(CandidateDerivation.SALT_LENGTH);
      CandidateProof.prove(candidate, buffers.dataKey, buffers.wrapped, salt);
      derivation = candidate.under(buffers.dataKey, buffers.wrapped);
    }
  }

  /** Where the salt comes from. */
  @State(Scope.Thread)
  public static class Salted {
    /** Which source. */
    @Param({"vdso", "getrandom", "device"})
    public String source;

    RandomSource random;

    /** Opens the source and sees that it gives different bytes. */
    @Setup
    public void prepare() {
      random = source(source);
      if (java.util.Arrays.equals(random.bytes(24), random.bytes(24))) {
        throw new IllegalStateException(source + " repeats itself");
      }
    }
  }

  /** The derivation, with a salt that is never the same. */
  @Benchmark
  public byte[] derive(Keyed keyed) {
    salt[0]++;
    salt[12] ^= out[40];
    keyed.derivation.derive(salt, 0, out);
    return out;
  }

  /** 24 bytes from the kernel. */
  @Benchmark
  public byte[] salt(Salted salted) {
    salted.random.fill(salt, 0, salt.length);
    return salt;
  }

  static RandomSource source(String name) {
    return switch (name) {
      case "device" -> KernelRandom.INSTANCE;
      case "getrandom" -> GetRandom.orDevice();
      default -> GetRandom.orDevice().confined();
    };
  }
}
