package dev.cofre.benchmarks.envelope;

import static dev.cofre.benchmarks.Buffers.COUNT;
import static dev.cofre.contract.envelope.EnvelopeFormat.HEADER_LENGTH;
import static dev.cofre.contract.envelope.EnvelopeFormat.TAG_LENGTH;

import dev.cofre.benchmarks.Buffers;
import dev.cofre.contract.envelope.Aead;
import dev.cofre.engine.aead.AeadBackEnd;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
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
 * The reference: the provider's own AES-256-GCM on one reused Cipher, or the library's function
 * with one schedule, one key, a new nonce per item, over the same 100 buffers, into buffers that
 * are given, each item in one call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BareBenchmark {
  private static final byte[] NO_AAD = new byte[0];
  private static final VarHandle NONCE_NUMBER =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Whose AES-GCM. */
  @Param({"sunjce", "auto"})
  public String backEnd;

  /** Bytes of plaintext of an item. */
  @Param({"64", "1024", "16384", "1048576"})
  public int size;

  private Buffers buffers;
  private SecretKey key;
  private Aead library;
  private Cipher sealing;
  private Cipher opening;
  private long counter;

  /** Seals all, and sees that all open and nothing else does. */
  @Setup
  public void prepare() throws GeneralSecurityException {
    AeadBackEnd aead = AeadBackEnd.named(backEnd);
    EnvelopePath.warmUp(aead);
    buffers = new Buffers(size);
    key = new SecretKeySpec(buffers.dataKey, "AES");
    if (aead != AeadBackEnd.SUNJCE) {
      library = aead.newAead();
      library.key(buffers.dataKey, 0);
    }
    sealing = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
    opening = Cipher.getInstance("AES/GCM/NoPadding", "SunJCE");
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
      byte[] nonce = buffers.nonces[i];
      NONCE_NUMBER.set(nonce, 4, ++counter);
      byte[] plaintext = buffers.plaintexts[i];
      byte[] envelope = buffers.envelopes[i];
      if (library != null) {
        library.seal(nonce, NO_AAD, plaintext, 0, size, envelope, HEADER_LENGTH);
      } else {
        sealing.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_LENGTH * 8, nonce));
        sealing.doFinal(plaintext, 0, size, envelope, HEADER_LENGTH);
      }
    }
    return buffers.envelopes;
  }

  /** The same 100 items. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  public byte[][] open() throws GeneralSecurityException {
    for (int i = 0; i < COUNT; i++) {
      byte[] nonce = buffers.nonces[i];
      byte[] envelope = buffers.envelopes[i];
      byte[] opened = buffers.opened[i];
      if (library != null) {
        library.open(nonce, NO_AAD, envelope, HEADER_LENGTH, size + TAG_LENGTH, opened, 0);
      } else {
        opening.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_LENGTH * 8, nonce));
        opening.doFinal(envelope, HEADER_LENGTH, size + TAG_LENGTH, opened, 0);
      }
    }
    return buffers.opened;
  }
}
