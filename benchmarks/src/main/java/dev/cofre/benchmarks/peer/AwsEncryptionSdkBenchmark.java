package dev.cofre.benchmarks.peer;

import static dev.cofre.benchmarks.Buffers.COUNT;

import com.amazonaws.encryptionsdk.AwsCrypto;
import com.amazonaws.encryptionsdk.CommitmentPolicy;
import com.amazonaws.encryptionsdk.CryptoAlgorithm;
import com.amazonaws.encryptionsdk.caching.CachingCryptoMaterialsManager;
import com.amazonaws.encryptionsdk.caching.LocalCryptoMaterialsCache;
import com.amazonaws.encryptionsdk.jce.JceMasterKey;
import dev.cofre.benchmarks.Buffers;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
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
 * The AWS Encryption SDK for Java 3: its caching materials manager over a local raw AES-256 key,
 * with the committing suite that has no signature. Its cache takes a master key; the SDK has none
 * for keyrings.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AwsEncryptionSdkBenchmark {
  /** Bytes of plaintext of an item. */
  @Param("1024")
  public int size;

  private Buffers buffers;
  private AwsCrypto crypto;
  private CachingCryptoMaterialsManager materials;
  private byte[] last;

  /** Proves that a message opens. */
  @Setup
  @SuppressWarnings("deprecation") // the SDK's caching has no newer form
  public void prepare() {
    buffers = new Buffers(size);
    crypto =
        AwsCrypto.builder()
            .withCommitmentPolicy(CommitmentPolicy.RequireEncryptRequireDecrypt)
            .withEncryptionAlgorithm(CryptoAlgorithm.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY)
            .build();
    JceMasterKey key =
        JceMasterKey.getInstance(
            new SecretKeySpec(buffers.dataKey, "AES"), "local", "kek", "AES/GCM/NoPadding");
    materials =
        CachingCryptoMaterialsManager.newBuilder()
            .withMasterKeyProvider(key)
            .withCache(new LocalCryptoMaterialsCache(100))
            .withMaxAge(5, TimeUnit.MINUTES)
            .withMessageUseLimit(1 << 24)
            .build();
    encrypt();
    byte[] opened = crypto.decryptData(materials, last).getResult();
    if (!Arrays.equals(opened, buffers.plaintexts[COUNT - 1])) {
      throw new IllegalStateException("the SDK does not open what it seals");
    }
  }

  /** 100 messages, each by a call of its own. */
  @Benchmark
  @OperationsPerInvocation(COUNT)
  @SuppressWarnings("deprecation")
  public byte[] encrypt() {
    for (int i = 0; i < COUNT; i++) {
      last = crypto.encryptData(materials, buffers.plaintexts[i]).getResult();
    }
    return last;
  }
}
