package dev.cofre.benchmarks.start;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeOpener;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.RandomSource;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.random.GetRandom;
import java.time.Duration;
import java.util.Arrays;
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

/**
 * Sealing one megabyte, once, in a process that has done what a node does before it is ready: the
 * self-test and the warm-up.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FirstRequestBenchmark {
  private static final byte[] NO_CONTEXT = new byte[0];
  private static final int SIZE = 1 << 20;

  /** Whose AES-GCM. */
  @Param({"sunjce", "auto"})
  public String backEnd;

  /** How long the warm-up may take; it ends before when all is fast. */
  @Param({"1000", "300", "0"})
  public int warmUpMs;

  /** Which request is timed. */
  @Param({"1", "1000"})
  public int request;

  private final RandomSource random = GetRandom.orDevice().confined();
  private final byte[] plaintext = new byte[SIZE];
  private final byte[] envelope = new byte[(int) EnvelopeFormat.envelopeLength(SIZE)];
  private WrappedDataKey wrapped;
  private RequestKeyDerivation derivation;
  private EnvelopeSealer sealer;

  /** Starts as a node does, then makes the requests before; of many, the last is proved to open. */
  @Setup
  public void prepare() {
    Arrays.fill(plaintext, (byte) 1);
    Arrays.fill(envelope, (byte) 1);
    AeadBackEnd aead = AeadBackEnd.named(backEnd);
    aead.selfTest();
    if (warmUpMs > 0) {
      aead.warmUp(random, Duration.ofMillis(warmUpMs));
    }
    wrapped =
        new WrappedDataKey.Identity(
                Protection.HSM, Usage.SERVICE, new UUID(1, 2), 1, new UUID(3, 4))
            .withWrap(new byte[EnvelopeFormat.WRAP_LENGTH]);
    derivation = new RequestKeyDerivation(random.bytes(EnvelopeFormat.KEY_LENGTH), wrapped);
    sealer = new EnvelopeSealer(aead.newAead());
    for (int i = 1; i < request; i++) {
      seal();
    }
    if (request > 1) {
      prove(new EnvelopeOpener(aead.newAead()));
    }
  }

  private void prove(EnvelopeOpener opener) {
    byte[] opened = new byte[SIZE];
    int read = opener.open(derivation, NO_CONTEXT, envelope, 0, envelope.length, opened, 0);
    if (read != SIZE || !Arrays.equals(opened, plaintext)) {
      throw new IllegalStateException("the envelope does not open");
    }
  }

  /** One request. */
  @Benchmark
  public int seal() {
    sealer.begin(derivation, random);
    return sealer.seal(NO_CONTEXT, plaintext, 0, SIZE, envelope, 0);
  }
}
