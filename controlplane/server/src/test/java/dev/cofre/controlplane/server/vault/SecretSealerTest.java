package dev.cofre.controlplane.server.vault;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.Protection;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretRotation;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.engine.snapshot.ClassLimits;
import dev.cofre.engine.snapshot.KeyCondition;
import dev.cofre.engine.snapshot.KeyMetadata;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import dev.cofre.hsm.WrapRejectedException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Values under a KEK of a real SoftHSM2 token. */
class SecretSealerTest {
  private static final byte[] VALUE = "a value of some length".getBytes(UTF_8);
  private static final UUID KEY = UUID.randomUUID();
  private static final String LABEL = "kek-" + KEY + "-1";

  private static Hsm hsm;
  private static SecretSealer sealer;

  @BeforeAll
  static void logIn() throws Exception {
    hsm = SoftHsmToken.login();
    hsm.generateKek(LABEL);
    sealer = new SecretSealer(hsm, KernelRandom.INSTANCE);
  }

  @AfterAll
  static void logOut() {
    hsm.destroyKek(LABEL);
    hsm.close();
  }

  private static KeyMetadata key() {
    KeyMetadata.Version version =
        new KeyMetadata.Version(1, KeyCondition.ACTIVE, Protection.HSM, LABEL, new byte[0]);
    return new KeyMetadata(
        KEY,
        "vault-dev",
        "default",
        "dev",
        "platform",
        KeyCondition.ACTIVE,
        1,
        Map.of(1, version),
        Long.MAX_VALUE,
        Map.of(),
        "internal",
        ClassLimits.NONE);
  }

  private static Secret secret(UUID id, String name, String tenant, Environment environment) {
    SecretDraft draft =
        new SecretDraft(
            name,
            tenant,
            environment,
            DataClass.INTERNAL,
            "o",
            "d",
            Instant.MAX,
            new SecretRotation(9, ""));
    return new Secret(id, draft, 1, Stamp.created(Instant.EPOCH, "me"));
  }

  @Test
  void whatIsSealedOpensInItsPlaceAndNowhereElse() {
    UUID id = UUID.randomUUID();
    Secret secret = secret(id, "db", "default", Environment.DEV);
    byte[] envelope = sealer.seal(key(), secret, 3, VALUE);
    assertEquals(EnvelopeFormat.envelopeLength(VALUE.length), envelope.length);
    assertFalse(new String(envelope, ISO_8859_1).contains("a value"));
    assertArrayEquals(VALUE, sealer.open(key(), secret, 3, envelope));

    assertDamaged(secret, 2, envelope);
    assertDamaged(secret(UUID.randomUUID(), "db", "default", Environment.DEV), 3, envelope);
    assertDamaged(secret(id, "other", "default", Environment.DEV), 3, envelope);
    assertDamaged(secret(id, "db", "other", Environment.DEV), 3, envelope);
    assertDamaged(secret(id, "db", "default", Environment.PROD), 3, envelope);
    assertDamaged(secret, 3, sealer.seal(key(), secret, 3, true, VALUE));
  }

  @Test
  void whatWasChangedDoesNotOpen() {
    Secret secret = secret(UUID.randomUUID(), "db", "default", Environment.DEV);
    byte[] envelope = sealer.seal(key(), secret, 1, VALUE);
    for (int i = 0; i < envelope.length; i++) {
      byte[] changed = envelope.clone();
      changed[i] ^= 1;
      assertDamaged(secret, 1, changed);
    }
    assertDamaged(secret, 1, Arrays.copyOf(envelope, envelope.length - 1));
    assertDamaged(secret, 1, Arrays.copyOf(envelope, envelope.length + 1));
    assertDamaged(secret, 1, new byte[0]);
  }

  private static void assertDamaged(Secret secret, int number, byte[] envelope) {
    assertThrows(DamagedValueException.class, () -> sealer.open(key(), secret, number, envelope));
  }

  /** As the data plane unwraps: in the tenant's own name. */
  @Test
  void aDataPlaneCannotUnwrapItsDataKey() {
    Secret secret = secret(UUID.randomUUID(), "db", "default", Environment.DEV);
    WrappedDataKey wrapped = WrappedDataKey.parse(sealer.seal(key(), secret, 1, VALUE), 0);
    byte[] wrap = wrapped.wrap();
    byte[] iv = Arrays.copyOf(wrap, 12);
    byte[] sealed = Arrays.copyOfRange(wrap, 12, wrap.length);
    byte[] aad = wrapped.wrapAad("default", EncryptionContext.EMPTY);
    assertThrows(WrapRejectedException.class, () -> hsm.unwrap(LABEL, iv, aad, sealed));
  }

  @Test
  void equalValuesAreSealedDifferently() {
    Secret secret = secret(UUID.randomUUID(), "db", "default", Environment.DEV);
    byte[] one = sealer.seal(key(), secret, 1, VALUE);
    byte[] other = sealer.seal(key(), secret, 1, VALUE);
    WrappedDataKey first = WrappedDataKey.parse(one, 0);
    WrappedDataKey second = WrappedDataKey.parse(other, 0);
    assertFalse(Arrays.equals(one, other));
    assertFalse(first.dataKeyId().equals(second.dataKeyId()));
  }
}
