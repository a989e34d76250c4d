package dev.cofre.benchmarks.aead;

import static dev.cofre.contract.envelope.EnvelopeFormat.KEY_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.SEGMENT_PLAINTEXT_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import dev.cofre.contract.envelope.Aead;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
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
 * AES-256-GCM by one reused {@link Aead}: with one key, and with another key for each message, as
 * single requests have. A message longer than a segment is sealed by segments.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AeadBenchmark {
  private static final int KEYS = 64;
  private static final int WARM_UP_CALLS = 20_000;
  private static final int SEGMENTS_MAX = 16;
  private static final int DISTINCT_BYTES = 8 << 20;
  private static final byte[] NO_AAD = new byte[0];
  private static final VarHandle NONCE_NUMBER =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Which back end. */
  @Param({"SUNJCE", "AUTO", "LIBCRYPTO"})
  public AeadCandidate backEnd;

  /** Bytes of plaintext. */
  @Param({"64", "1024", "16384", "65536", "1048576"})
  public int size;

  private final byte[] keys = new byte[KEYS * KEY_LENGTH];
  private final byte[] nonce = new byte[12];
  private byte[][] plaintexts;
  private byte[][] sealed;
  private byte[][] sealedByKey;
  private byte[] out;
  private byte[] opened;
  private Aead sealing;
  private Aead opening;
  private long number = 1L << 40;
  private int cursor;

  /** Seals each message under one key and under its own, and sees that all open, unless changed. */
  @Setup
  public void prepare() {
    Random random = new Random(42);
    random.nextBytes(keys);
    int count = Math.min(KEYS, Math.max(4, DISTINCT_BYTES / size));
    int segments = (size + SEGMENT_PLAINTEXT_LENGTH - 1) / SEGMENT_PLAINTEXT_LENGTH;
    plaintexts = new byte[count][size];
    sealed = new byte[count][size + segments * TAG_LENGTH];
    sealedByKey = new byte[count][size + segments * TAG_LENGTH];
    out = new byte[size + segments * TAG_LENGTH];
    opened = new byte[size];
    sealing = backEnd.make();
    opening = backEnd.make();
    for (int i = 0; i < count; i++) {
      random.nextBytes(plaintexts[i]);
      sealing.key(keys, 0);
      sealTo(plaintexts[i], first(i), sealed[i]);
      sealing.key(keys, i * KEY_LENGTH);
      sealTo(plaintexts[i], first(KEYS + i), sealedByKey[i]);
    }
    warmUp();
    for (int i = 0; i < count; i++) {
      prove(openAlternating() == size && Arrays.equals(opened, plaintexts[i]));
    }
    sealedByKey[0][size / 2] ^= 1;
    prove(openAlternating() < 0);
    sealedByKey[0][size / 2] ^= 1;
    cursor = 0;
    opening.key(keys, 0);
    for (int i = 0; i < count; i++) {
      prove(open() == size && Arrays.equals(opened, plaintexts[i]));
    }
  }

  /** Long messages alone would not call often enough for the compiler. */
  private void warmUp() {
    sealing.key(keys, 0);
    for (int i = 0; i < WARM_UP_CALLS; i++) {
      NONCE_NUMBER.set(nonce, 4, ++number);
      sealing.seal(nonce, NO_AAD, plaintexts[0], 0, Math.min(size, 1024), out, 0);
    }
  }

  private void prove(boolean right) {
    if (!right) {
      throw new IllegalStateException(backEnd + " gives a wrong answer");
    }
  }

  /** One key. */
  @Benchmark
  public byte[] seal() {
    sealTo(plaintexts[next()], number += SEGMENTS_MAX, out);
    return out;
  }

  /** Another key for each message. */
  @Benchmark
  public byte[] sealNewKey() {
    int i = next();
    sealing.key(keys, i * KEY_LENGTH);
    sealTo(plaintexts[i], number += SEGMENTS_MAX, out);
    return out;
  }

  /** One key. */
  @Benchmark
  public int open() {
    int i = next();
    return openFrom(sealed[i], first(i));
  }

  /** Another key for each message. */
  @Benchmark
  public int openAlternating() {
    int i = next();
    opening.key(keys, i * KEY_LENGTH);
    return openFrom(sealedByKey[i], first(KEYS + i));
  }

  private int next() {
    int i = cursor;
    cursor = i + 1 == plaintexts.length ? 0 : i + 1;
    return i;
  }

  private static long first(int message) {
    return (long) message * SEGMENTS_MAX;
  }

  private void sealTo(byte[] plaintext, long first, byte[] to) {
    int read = 0;
    int written = 0;
    for (long n = first; read < plaintext.length; n++) {
      int chunk = Math.min(SEGMENT_PLAINTEXT_LENGTH, plaintext.length - read);
      NONCE_NUMBER.set(nonce, 4, n);
      written += sealing.seal(nonce, NO_AAD, plaintext, read, chunk, to, written);
      read += chunk;
    }
  }

  private int openFrom(byte[] from, long first) {
    int read = 0;
    int written = 0;
    for (long n = first; read < from.length; n++) {
      int chunk = Math.min(SEGMENT_LENGTH, from.length - read);
      NONCE_NUMBER.set(nonce, 4, n);
      int got = opening.open(nonce, NO_AAD, from, read, chunk, opened, written);
      if (got < 0) {
        return got;
      }
      written += got;
      read += chunk;
    }
    return written;
  }
}
