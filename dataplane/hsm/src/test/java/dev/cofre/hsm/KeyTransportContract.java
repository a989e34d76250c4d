package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.hsm.KeyTransport.Through;
import dev.cofre.hsm.KeyTransport.WrappingKey;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Import and export with a real SoftHSM2; the other side is BouncyCastle. */
abstract class KeyTransportContract {
  private static final int BITS = 3_072;
  private static final KeyPair RECIPIENT = recipientPair();

  private final List<String> made = new ArrayList<>();
  private final String suffix = UUID.randomUUID().toString().substring(0, 8);
  private final byte[] material = KernelRandom.INSTANCE.bytes(32);
  private Hsm hsm;
  private KeyTransport transport;

  abstract HsmConfig config();

  private static KeyPair recipientPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(BITS);
      return generator.generateKeyPair();
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void logIn() {
    hsm = Pkcs11Hsm.login(config(), SoftHsmToken.pin());
    transport = hsm.transport();
  }

  @AfterEach
  void removeAll() {
    // Other tests of this token ask for keys that were never extractable.
    made.forEach(hsm::destroyKek);
    made.forEach(transport::destroyWrappingKey);
    hsm.close();
  }

  private String label(String name) {
    String label = name + "-" + suffix;
    made.add(label);
    return label;
  }

  private byte[] wrapped(WrappingKey key, byte[] bytes) throws Exception {
    return OtherSide.wrap(key.algorithm(), key.publicKey().key(), bytes);
  }

  @ParameterizedTest
  @EnumSource(WrappingAlgorithm.class)
  void importsWhatAnotherProgramWrapped(WrappingAlgorithm algorithm) throws Exception {
    String pair = label("pair");
    WrappingKey key = transport.makeWrappingKey(pair, BITS, Optional.of(algorithm));
    assertEquals(algorithm, key.algorithm());
    assertEquals(BITS, key.publicKey().key().getModulus().bitLength());
    // SoftHSM2 knows OAEP with SHA-1 alone.
    assertEquals(
        algorithm == WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_1 ? Through.HSM : Through.MEMORY,
        key.through());

    byte[] wrapped = wrapped(key, material);
    assertEquals(OtherSide.keyCheckValue(material), transport.check(pair, key, wrapped).hex());
    String kek = label("imported");
    transport.importKek(pair, key, wrapped, kek, false);
    assertIsMaterial(kek);
    try (ClearKey opened = transport.open(pair, key, wrapped)) {
      assertArrayEquals(material, opened.copy());
    }
    transport.destroyWrappingKey(pair);
    assertThrows(KekMissingException.class, () -> transport.check(pair, key, wrapped));
  }

  /** What the token wraps under {@code kek}, the material opens. */
  private void assertIsMaterial(String kek) throws Exception {
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    byte[] dataKey = KernelRandom.INSTANCE.bytes(32);
    byte[] sealed;
    try (ClearKey clear = ClearKey.of(dataKey)) {
      sealed = hsm.wrap(kek, iv, HsmContract.AAD, clear);
    }
    assertArrayEquals(dataKey, opened(material, iv, sealed));
  }

  private static byte[] opened(byte[] kek, byte[] iv, byte[] sealed) throws Exception {
    Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
    gcm.init(Cipher.DECRYPT_MODE, new SecretKeySpec(kek, "AES"), new GCMParameterSpec(128, iv));
    gcm.updateAAD(HsmContract.AAD);
    return gcm.doFinal(sealed);
  }

  @Test
  void unwrapsInsideTheTokenWhenItMayChoose() {
    WrappingKey key = transport.makeWrappingKey(label("chosen"), BITS, Optional.empty());
    assertEquals(Through.HSM, key.through());
    assertEquals(WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_1, key.algorithm());
  }

  @Test
  void takesAPairOf4096Bits() throws Exception {
    String pair = label("large");
    WrappingKey key =
        transport.makeWrappingKey(
            pair, 4_096, Optional.of(WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_256));
    assertEquals(
        OtherSide.keyCheckValue(material),
        transport.check(pair, key, wrapped(key, material)).hex());
  }

  @ParameterizedTest
  @EnumSource(WrappingAlgorithm.class)
  void refusesWrongMaterialAndGoesOnWorking(WrappingAlgorithm algorithm) throws Exception {
    String pair = label("strict");
    WrappingKey key = transport.makeWrappingKey(pair, BITS, Optional.of(algorithm));
    byte[] good = wrapped(key, material);
    for (int at : new int[] {1, 200, good.length - 1}) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      assertRejected(pair, key, bad);
    }
    assertRejected(pair, key, new byte[good.length]);
    assertRejected(pair, key, Arrays.copyOf(good, good.length - 1));
    assertRejected(pair, key, Arrays.copyOf(good, good.length + 1));
    assertRejected(pair, key, new byte[0]);
    assertRejected(pair, key, wrapped(key, new byte[32]));
    for (int length : new int[] {16, 24, 31, 33}) {
      assertRejected(pair, key, wrapped(key, KernelRandom.INSTANCE.bytes(length)));
    }
    RSAPublicKey another = (RSAPublicKey) RECIPIENT.getPublic();
    assertRejected(pair, key, OtherSide.wrap(algorithm, another, material));
    assertEquals(OtherSide.keyCheckValue(material), transport.check(pair, key, good).hex());
  }

  private void assertRejected(String pair, WrappingKey key, byte[] wrapped) {
    assertThrows(MaterialRejectedException.class, () -> transport.check(pair, key, wrapped));
    String kek = label("never" + made.size());
    assertThrows(
        MaterialRejectedException.class, () -> transport.importKek(pair, key, wrapped, kek, false));
    assertFalse(hsm.hasKek(kek));
    assertThrows(MaterialRejectedException.class, () -> transport.open(pair, key, wrapped));
  }

  @Test
  void wrapsAnExportableKekToItsRecipientAlone() throws Exception {
    String kek = label("exportable");
    hsm.generateKek(kek, true);
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    byte[] sealed;
    try (ClearKey clear = ClearKey.of(material)) {
      sealed = hsm.wrap(kek, iv, HsmContract.AAD, clear);
    }
    RecipientKey recipient = RecipientKey.ofDer(RECIPIENT.getPublic().getEncoded()).orElseThrow();
    KeyTransport.Exported exported = transport.export(kek, recipient, Optional.empty());
    assertEquals(WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_1, exported.algorithm());

    byte[] bytes =
        OtherSide.unwrap(
            exported.algorithm(), (RSAPrivateKey) RECIPIENT.getPrivate(), exported.wrapped());
    assertEquals(OtherSide.keyCheckValue(bytes), exported.check().hex());
    assertArrayEquals(material, opened(bytes, iv, sealed));
    KeyTransport.Exported again = transport.export(kek, recipient, Optional.empty());
    assertNotEquals(
        Arrays.toString(exported.wrapped()), Arrays.toString(again.wrapped()), "a fresh AES key");
  }

  @Test
  void aKekThatWasNotMadeExportableDoesNotLeave() {
    String kek = label("kept");
    hsm.generateKek(kek);
    RecipientKey recipient = RecipientKey.ofDer(RECIPIENT.getPublic().getEncoded()).orElseThrow();
    assertThrows(
        MaterialRejectedException.class, () -> transport.export(kek, recipient, Optional.empty()));
    assertThrows(
        WrappingNotAvailableException.class,
        () -> {
          String free = label("free");
          hsm.generateKek(free, true);
          transport.export(
              free, recipient, Optional.of(WrappingAlgorithm.RSA_AES_KEY_WRAP_SHA_256));
        });
  }

  @Test
  void wrapsAKekThatLivesOutsideTheToken() throws Exception {
    RecipientKey recipient = RecipientKey.ofDer(RECIPIENT.getPublic().getEncoded()).orElseThrow();
    try (ClearKey clear = ClearKey.of(material)) {
      KeyTransport.Exported exported = transport.export(clear, recipient, Optional.empty());
      assertArrayEquals(
          material,
          OtherSide.unwrap(
              exported.algorithm(), (RSAPrivateKey) RECIPIENT.getPrivate(), exported.wrapped()));
    }
  }

  @Test
  void anImportedKekCannotBeReadAndLeavesOnlyWhenItMay() throws Exception {
    String pair = label("pair");
    WrappingKey key = transport.makeWrappingKey(pair, BITS, Optional.empty());
    String kept = label("imported-kept");
    String free = label("imported-free");
    transport.importKek(pair, key, wrapped(key, material), kept, false);
    transport.importKek(pair, key, wrapped(key, material), free, true);
    RecipientKey recipient = RecipientKey.ofDer(RECIPIENT.getPublic().getEncoded()).orElseThrow();
    assertThrows(
        MaterialRejectedException.class, () -> transport.export(kept, recipient, Optional.empty()));
    assertEquals(
        KeyCheckValue.of(material), transport.export(free, recipient, Optional.empty()).check());
    try (Pin pin = SoftHsmToken.pin()) {
      List<KekProof.Finding> findings = KekProof.run(config(), pin);
      for (String label : List.of(kept, free)) {
        assertTrue(findings.stream().anyMatch(one -> one.label().equals(label) && !one.readable()));
      }
    }
  }

  @Test
  void worksAfterTheProcessWasLoggedOut() throws Exception {
    String pair = label("pair");
    WrappingKey key = transport.makeWrappingKey(pair, BITS, Optional.empty());
    byte[] wrapped = wrapped(key, material);
    Pkcs11Hsm.login(config(), SoftHsmToken.pin()).close();
    assertEquals(OtherSide.keyCheckValue(material), transport.check(pair, key, wrapped).hex());
    Pkcs11Hsm.login(config(), SoftHsmToken.pin()).close();
    String kek = label("after");
    transport.importKek(pair, key, wrapped, kek, false);
    assertIsMaterial(kek);
  }
}
