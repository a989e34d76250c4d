package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Signature;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Pkcs11HsmTest {
  private static final byte[] AAD = "identity".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private Hsm hsm;

  @BeforeEach
  void login() throws Exception {
    hsm = Pkcs11Hsm.login(SoftHsmToken.CONFIG, SoftHsmToken.pin());
  }

  @AfterEach
  void logout() {
    hsm.close();
  }

  @Test
  void unwrapsWhatItWrapped() {
    hsm.generateKek("round-trip");
    byte[] key = KernelRandom.INSTANCE.bytes(32);
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);

    byte[] wrapped = hsm.wrap("round-trip", iv, AAD, key);

    assertEquals(48, wrapped.length);
    assertArrayEquals(key, hsm.unwrap("round-trip", iv, AAD, wrapped));
  }

  @Test
  void refusesAnyOtherWrap() {
    hsm.generateKek("tamper");
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    byte[] wrapped = hsm.wrap("tamper", iv, AAD, new byte[32]);
    for (int bit = 0; bit < wrapped.length * 8; bit += 7) {
      byte[] changed = wrapped.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertThrows(WrapRejectedException.class, () -> hsm.unwrap("tamper", iv, AAD, changed));
    }
    assertThrows(
        WrapRejectedException.class, () -> hsm.unwrap("tamper", iv, new byte[] {1}, wrapped));
  }

  @Test
  void findsKeysAgainAfterALogin() throws Exception {
    hsm.generateKek("kept");
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    byte[] wrapped = hsm.wrap("kept", iv, AAD, new byte[32]);
    hsm.close();

    hsm = Pkcs11Hsm.login(SoftHsmToken.CONFIG, SoftHsmToken.pin());

    assertArrayEquals(new byte[32], hsm.unwrap("kept", iv, AAD, wrapped));
  }

  @Test
  void destroysKeks() {
    hsm.generateKek("gone");
    hsm.destroyKek("gone");
    assertFalse(hsm.hasKek("gone"));
    assertThrows(
        KekMissingException.class, () -> hsm.wrap("gone", new byte[12], AAD, new byte[32]));
    hsm.destroyKek("gone");
  }

  @Test
  void refusesALabelInUse() {
    hsm.generateKek("twice");
    assertThrows(HsmException.class, () -> hsm.generateKek("twice"));
  }

  @Test
  void keyBytesCannotBeReadOut() throws Exception {
    hsm.generateKek("unreadable");
    List<KekProof.Finding> findings;
    try (Pin pin = SoftHsmToken.pin()) {
      findings = KekProof.run(SoftHsmToken.CONFIG, pin);
    }
    assertTrue(findings.stream().anyMatch(finding -> finding.label().equals("unreadable")));
    for (KekProof.Finding finding : findings) {
      assertFalse(finding.readable(), finding.label());
      assertTrue(finding.guarded(), finding.label());
    }
  }

  @Test
  void signsWithAKeyThatStaysAndIsFoundAgain() throws Exception {
    Hsm.SigningKey key = hsm.signingKey("signing");
    byte[] signature = key.sign(AAD);
    assertEquals(key.publicKey(), hsm.signingKey("signing").publicKey());
    assertEquals(key.publicKey(), hsm.signingPublicKey("signing").orElseThrow());

    Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
    verifier.initVerify(key.publicKey());
    verifier.update(AAD);
    assertTrue(verifier.verify(signature));
  }

  @Test
  void aWrongPinIsRefusedWithANextStep(@TempDir Path directory) throws Exception {
    hsm.close();
    Path file = directory.resolve("pin");
    Files.writeString(file, "not-the-pin\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    HsmException refused =
        assertThrows(
            HsmException.class,
            () -> Pkcs11Hsm.login(SoftHsmToken.CONFIG, Pin.read(file.toString())));
    assertTrue(refused.getMessage().contains("refused the PIN"), refused.getMessage());
    hsm = Pkcs11Hsm.login(SoftHsmToken.CONFIG, SoftHsmToken.pin());
  }

  @Test
  void saysWhatToInstallWithoutAModule() {
    HsmConfig absent = new HsmConfig(Path.of("/nowhere/libhsm.so"), "cofre", OptionalLong.empty());
    HsmException refused =
        assertThrows(HsmException.class, () -> Pkcs11Hsm.login(absent, SoftHsmToken.pin()));
    assertTrue(refused.getMessage().contains("apt-get install softhsm2"), refused.getMessage());
  }

  @Test
  void refusesAPinFileThatOthersCanRead(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("pin"), "1234");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    HsmException refused = assertThrows(HsmException.class, () -> Pin.read(file.toString()));
    assertTrue(refused.getMessage().contains("chmod 600"), refused.getMessage());
  }
}
