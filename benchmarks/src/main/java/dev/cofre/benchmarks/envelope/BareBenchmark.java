package dev.cofre.benchmarks;

import static dev.cofre.benchmarks.RequestBuffers.COUNT;
import static dev.cofre.benchmarks.RequestBuffers.PLAINTEXT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The reference: the provider's own AES-256-GCM on one reused Cipher, one key, a new nonce per
 * item, over the same 100 buffers, into buffers that are given.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(5)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 4, timeUnit = TimeUnit.MILLISECONDS)
public class BareBenchmark {
  private final RequestBuffers buffers = new RequestBuffers();
  private final SecretKey key = new SecretKeySpec(buffers.dataKey, "AES");
  private final byte[][] nonces = new byte[COUNT][12];
  private Cipher sealing;
  private Cipher opening;
  private long counter;

  /** Seals all, and sees that all open. */
  @Setup
  public void prepare() throws GeneralSecurityException {
    sealing = Cipher.getInstance("AES/GCM/NoPadding");
    opening = Cipher.getInstance("AES/GCM/NoPadding");
    seal();
    open();
    if (!Arrays.deepEquals(buffers.plaintexts, buffers.opened)) {
      throw new IllegalStateException("the reference does not open what it seals");
    }
  }

  /** 100 items. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] seal() throws GeneralSecurityException {
    for (int i = 0; i < COUNT; i++) {
      byte[] nonce = nonces[i];
      counter++;
      for (int b = 0; b < 8; b++) {
        nonce[4 + b] = (byte) (counter >>> (8 * b));
      }
      sealing.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_LENGTH * 8, nonce));
      sealing.doFinal(
          buffers.plaintexts[i], 0, PLAINTEXT_LENGTH, buffers.envelopes[i], HEADER_LENGTH);
    }
    return buffers.envelopes;
  }

  /** The same 100 items. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] open() throws GeneralSecurityException {
    for (int i = 0; i < COUNT; i++) {
      opening.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_LENGTH * 8, nonces[i]));
      opening.doFinal(
          buffers.envelopes[i], HEADER_LENGTH, PLAINTEXT_LENGTH + TAG_LENGTH, buffers.opened[i], 0);
    }
    return buffers.opened;
  }
}
