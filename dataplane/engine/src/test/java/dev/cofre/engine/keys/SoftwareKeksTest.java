package dev.cofre.engine.keys;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.SoftwareKek;
import dev.cofre.contract.envelope.Usage;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.snapshot.wire.DataClass;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.engine.snapshot.Statements;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.HsmGateway;
import dev.cofre.hsm.Requester;
import dev.cofre.hsm.SimulatedHsm;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SoftwareKeksTest {
  private static final String ROOT = "root-kek-default";
  private static final KeyLimits LIMITS = new KeyLimits(1_000, 100, 10_000, 1_000, 10, 1_000);

  private final AtomicLong clock = new AtomicLong();
  private final UUID id = UUID.randomUUID();
  private final byte[] kek = KernelRandom.INSTANCE.bytes(SoftwareKek.LENGTH);
  private SimulatedHsm hsm;
  private HsmGateway gateway;
  private KeyMetadata key;
  private SoftwareKeks keks;

  @BeforeEach
  void start() throws Exception {
    hsm = new SimulatedHsm(Duration.ZERO, 4);
    hsm.generateKek(ROOT);
    gateway = new HsmGateway(hsm, Duration.ofSeconds(5));
    key = key("default");
    keks = new SoftwareKeks(gateway, LIMITS, clock::get);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  /** A key whose KEK was wrapped for {@code tenant}. */
  private KeyMetadata key(String tenant) throws Exception {
    byte[] iv = KernelRandom.INSTANCE.bytes(SoftwareKek.IV_LENGTH);
    byte[] sealed = hsm.wrap(ROOT, iv, SoftwareKek.aad(tenant, id, 1), ClearKey.of(kek));
    KmsKey wire =
        Statements.key(id, "soft", KeyState.KEY_STATE_ACTIVE, ROOT).toBuilder()
            .setDataClass("internal")
            .setVersions(
                0,
                KeyVersion.newBuilder()
                    .setNumber(1)
                    .setProtection(dev.cofre.contract.snapshot.wire.Protection.PROTECTION_SOFTWARE)
                    .setKekLabel(ROOT)
                    .setWrappedKek(ByteString.copyFrom(iv).concat(ByteString.copyFrom(sealed))))
            .build();
    return SnapshotState.NONE
        .apply(
            Statements.complete(1, 1, "one")
                .addKeys(wire)
                .addDataClasses(
                    DataClass.newBuilder()
                        .setName("internal")
                        .setDataKeyMs(500)
                        .setDataKeyRequestsMax(3))
                .build())
        .key(id);
  }

  private byte[] use() {
    return keks.with(key, key.versions().get(1), Requester.NODE, byte[]::clone).join();
  }

  @Test
  void asksTheHsmOnceUntilTimeOrUsesAreOver() {
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(kek, use());
    }
    assertEquals(1, hsm.unwraps());
    assertArrayEquals(kek, use(), "the class permits three uses");
    assertEquals(2, hsm.unwraps());
    clock.addAndGet(500_000_000L);
    assertArrayEquals(kek, use(), "and half a second");
    assertEquals(3, hsm.unwraps());
  }

  @Test
  void forgetsWhatMayNotBeUsedAnyMore() {
    use();
    keks.evict((other, version) -> true);
    assertEquals(1, keks.size());
    keks.evict((other, version) -> false);
    assertEquals(0, keks.size());
    use();
    assertEquals(2, hsm.unwraps());
    clock.addAndGet(500_000_000L);
    keks.evict((other, version) -> true);
    assertEquals(0, keks.size());
  }

  @Test
  void aKekOfAnotherTenantIsNotOpened() throws Exception {
    key = key("other");
    CompletionException failure = assertThrows(CompletionException.class, this::use);
    assertEquals(ErrorCode.INVALID_CIPHERTEXT, ((ProblemException) failure.getCause()).code());
    assertEquals(0, keks.size());
  }

  /** What a node wraps in its process is the wrap of docs/PROTOCOL.md, as with an HSM. */
  @Test
  void wrapsAndUnwrapsDataKeysInTheProcess() {
    KeyWrapping wrapping = new KeyWrapping(gateway, KernelRandom.INSTANCE, LIMITS);
    EncryptionContext context = EncryptionContext.EMPTY;
    KeyWrapping.Minted minted = wrapping.mint(key, Usage.SERVICE, context, Requester.NODE).join();
    WrappedDataKey wrapped = minted.wrapped();
    assertEquals(Protection.SOFTWARE, WrappedDataKey.protectionAt(wrapped.bytes(), 0));
    KeyWrapping elsewhere = new KeyWrapping(gateway, KernelRandom.INSTANCE, LIMITS);
    KeyMetadata.Version version = key.versions().get(1);
    assertArrayEquals(
        minted.plaintext().copy(),
        elsewhere.unwrap(wrapped, key, version, context, Requester.NODE).join().copy());
    byte[] tampered = wrapped.bytes().clone();
    tampered[tampered.length - 1] ^= 1;
    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () ->
                elsewhere
                    .unwrap(
                        WrappedDataKey.parse(tampered, 0), key, version, context, Requester.NODE)
                    .join());
    assertEquals(ErrorCode.INVALID_CIPHERTEXT, ((ProblemException) failure.getCause()).code());
  }
}
