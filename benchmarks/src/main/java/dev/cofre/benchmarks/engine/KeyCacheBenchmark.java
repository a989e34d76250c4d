package dev.cofre.benchmarks.engine;

import static dev.cofre.benchmarks.Buffers.COUNT;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.keys.KeyWrapping;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.hsm.Requester;
import dev.cofre.hsm.SimulatedHsm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
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
 * Whole decryptions of 1 KiB, each a request of its own, whose data keys are all cached.
 *
 * <p>Envelopes lie where requests come from, outside the heap, and are as many whatever the number
 * of data keys: what differs is the cache. The draws are made beforehand.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyCacheBenchmark {
  private static final int SIZE = 1_024;
  private static final int LENGTH = (int) EnvelopeFormat.envelopeLength(SIZE);
  private static final double ZIPF = 0.99;
  private static final int DRAWS = 1 << 20;
  private static final int AT_ONCE = 512;

  /** Few where only the answers are looked at: {@code BenchmarksRunTest}. */
  private static final int ENVELOPES =
      Boolean.getBoolean("cofre.benchmarks.tiny") ? 1_000 : 1_000_000;

  /** How many data keys are cached. */
  @Param({"1000", "1000000"})
  public int keys;

  /** How they are drawn. */
  @Param({"uniform", "zipf"})
  public String draw;

  private EngineFixture engine;
  private Arena arena;
  private MemorySegment envelopes;
  private final int[] draws = new int[DRAWS];
  private final byte[] incoming = new byte[LENGTH];
  private int next;

  /** Caches all data keys, and sees that their envelopes open. */
  @Setup
  public void prepare() throws IOException {
    int distinct = Math.min(keys, ENVELOPES);
    KeyLimits limits =
        new KeyLimits(
            3_600_000, Long.MAX_VALUE, Long.MAX_VALUE, 36_000_000, distinct + 1_000, 300_000);
    engine =
        new EngineFixture(
            new SimulatedHsm(Duration.ZERO, 4),
            true,
            limits,
            AeadBackEnd.SUNJCE,
            SnapshotState.NONE);
    arena = Arena.ofShared();
    envelopes = arena.allocate((long) ENVELOPES * LENGTH, Long.BYTES);
    mint(distinct);
    for (int i = distinct; i < ENVELOPES; i++) {
      MemorySegment.copy(
          envelopes, (long) (i % distinct) * LENGTH, envelopes, (long) i * LENGTH, LENGTH);
    }
    for (int i = 0; i < distinct; i += AT_ONCE) {
      cache(i, Math.min(AT_ONCE, distinct - i));
    }
    Zipf zipf = draw.equals("zipf") ? new Zipf(ENVELOPES, ZIPF) : null;
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < DRAWS; i++) {
      draws[i] = zipf == null ? random.nextInt(ENVELOPES) : zipf.draw(random);
    }
    // To mint a million data keys compiles what a thousand leave to be compiled while it is
    // measured: without this a thousand took up to 6.9 us, and the ratio said nothing.
    for (int i = 0; i < ENVELOPES; i++) {
      decrypt(draws[i & DRAWS - 1]);
    }
  }

  private void mint(int count) {
    KeyWrapping wrapping = engine.wrapping();
    ArrayDeque<CompletableFuture<KeyWrapping.Minted>> minting = new ArrayDeque<>();
    int begun = 0;
    for (int i = 0; i < count; i++) {
      while (begun < count && minting.size() < AT_ONCE) {
        minting.add(
            wrapping.mint(engine.key(), Usage.SERVICE, EncryptionContext.EMPTY, Requester.NODE));
        begun++;
      }
      seal(minting.remove().join(), i);
    }
  }

  private void seal(KeyWrapping.Minted minted, int index) {
    byte[] plaintext = new byte[SIZE];
    byte[] envelope = new byte[LENGTH];
    try (RequestKeyDerivation derivation =
            new RequestKeyDerivation(minted.plaintext().copy(), minted.wrapped());
        EnvelopeSealer sealer = new EnvelopeSealer(new JcaAead(), derivation, engine.random())) {
      sealer.seal(new byte[0], plaintext, 0, SIZE, envelope, 0);
    }
    MemorySegment.copy(
        envelope, 0, envelopes, ValueLayout.JAVA_BYTE, (long) index * LENGTH, LENGTH);
  }

  /** Ends the engine. */
  @TearDown
  public void close() {
    engine.close();
    arena.close();
  }

  /** Decrypts {@code count} envelopes in one request, so that the HSM unwraps beside. */
  private void cache(int from, int count) {
    byte[] all = new byte[count * LENGTH];
    MemorySegment.copy(envelopes, ValueLayout.JAVA_BYTE, (long) from * LENGTH, all, 0, all.length);
    Batch batch = engine.path().newBatch();
    for (int i = 0; i < count; i++) {
      batch.add(all, i * LENGTH, LENGTH, EncryptionContext.EMPTY);
    }
    engine.path().decrypt(engine.caller(), batch).join();
    for (int i = 0; i < count; i++) {
      if (batch.problem(i) != null) {
        throw batch.problem(i);
      }
    }
    batch.close();
  }

  private int decrypt(int index) {
    MemorySegment.copy(
        envelopes, ValueLayout.JAVA_BYTE, (long) index * LENGTH, incoming, 0, LENGTH);
    Batch batch = engine.path().newBatch();
    batch.add(incoming, 0, LENGTH, EncryptionContext.EMPTY);
    engine.path().decrypt(engine.caller(), batch).join();
    if (batch.problem(0) != null) {
      throw batch.problem(0);
    }
    int length = batch.outputLength(0);
    batch.close();
    return length;
  }

  /** One request for each of the next draws. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public int decrypt() {
    int length = 0;
    for (int i = 0; i < COUNT; i++) {
      length += decrypt(draws[next++ & DRAWS - 1]);
    }
    return length;
  }
}
