package dev.cofre.benchmarks.peer;

import static dev.cofre.benchmarks.Buffers.COUNT;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.KmsEnvelopeAead;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.cofre.benchmarks.Buffers;
import java.security.GeneralSecurityException;
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

/** Tink: a plain keyset of AES-256-GCM, and its envelope encryption under a local KEK. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TinkBenchmark {
  private static final byte[] NO_CONTEXT = new byte[0];

  /** Bytes of plaintext of an item. */
  @Param("1024")
  public int size;

  private final byte[][] sealed = new byte[COUNT][];
  private Buffers buffers;
  private Aead plain;
  private Aead enveloping;
  private byte[] last;

  /** Proves that what each seals, it opens. */
  @Setup
  public void prepare() throws GeneralSecurityException {
    AeadConfig.register();
    buffers = new Buffers(size);
    plain = keyset();
    enveloping = KmsEnvelopeAead.create(PredefinedAeadParameters.AES256_GCM, keyset());
    encrypt();
    envelope();
    byte[] first = buffers.plaintexts[COUNT - 1];
    boolean right =
        Arrays.equals(decrypt(), first)
            && Arrays.equals(enveloping.decrypt(last, NO_CONTEXT), first);
    if (!right) {
      throw new IllegalStateException("Tink does not open what it seals");
    }
  }

  private static Aead keyset() throws GeneralSecurityException {
    return KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM)
        .getPrimitive(RegistryConfiguration.get(), Aead.class);
  }

  /** 100 messages under one key. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] encrypt() throws GeneralSecurityException {
    for (int i = 0; i < COUNT; i++) {
      sealed[i] = plain.encrypt(buffers.plaintexts[i], NO_CONTEXT);
    }
    return sealed;
  }

  /** The same 100. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] decrypt() throws GeneralSecurityException {
    byte[] opened = null;
    for (int i = 0; i < COUNT; i++) {
      opened = plain.decrypt(sealed[i], NO_CONTEXT);
    }
    return opened;
  }

  /** 100 messages, each under a data key of its own, wrapped by the KEK. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[] envelope() throws GeneralSecurityException {
    for (int i = 0; i < COUNT; i++) {
      last = enveloping.encrypt(buffers.plaintexts[i], NO_CONTEXT);
    }
    return last;
  }
}
