package dev.cofre.controlplane.server.x509;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateKeyType;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken from a signing request, and which are refused. */
class SigningRequestTest {
  private static final KeyPair KEY = TestRequests.ec("secp256r1");
  private static final GeneralName NAME = dns("a.example.com");

  private static GeneralName dns(String name) {
    return new GeneralName(GeneralName.dNSName, new DERIA5String(name));
  }

  private static GeneralName uri(String name) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(name));
  }

  private static GeneralName ip(int... bytes) {
    byte[] address = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      address[i] = (byte) bytes[i];
    }
    return new GeneralName(GeneralName.iPAddress, new DEROctetString(address));
  }

  private static SigningRequest all(String pem) {
    return SigningRequest.read(pem, EnumSet.allOf(CertificateKeyType.class));
  }

  private static SigningRequest read(KeyPair key, GeneralName... names) {
    return all(TestRequests.pem(TestRequests.der(key, "CN=evil.example", names)));
  }

  private static void assertRefused(String why, String pem) {
    InvalidDocumentException refused = assertThrows(InvalidDocumentException.class, () -> all(pem));
    assertTrue(refused.getMessage().startsWith("csr "), refused.getMessage());
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }

  private static void assertRefused(String why, KeyPair key, GeneralName... names) {
    assertRefused(why, TestRequests.pem(TestRequests.der(key, "CN=a", names)));
  }

  @Test
  void keyAndNamesAreTakenAndNothingElse() {
    SigningRequest request =
        read(
            KEY,
            dns("B.example.com"),
            NAME,
            dns("b.EXAMPLE.com"),
            uri("spiffe://td/a"),
            ip(10, 0, 0, 1),
            ip(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
    assertEquals(List.of("b.example.com", "a.example.com"), request.names().dnsNames());
    assertEquals(List.of("spiffe://td/a"), request.names().uris());
    assertEquals(List.of("10.0.0.1", "2001:db8:0:0:0:0:0:1"), request.names().ipAddresses());
    assertEquals(CertificateKeyType.EC_P256, request.keyType());
  }

  @Test
  void theKeysThatAreCertified() {
    assertEquals(CertificateKeyType.EC_P384, read(TestRequests.ec("secp384r1"), NAME).keyType());
    for (int bits : new int[] {2_048, 3_072}) {
      assertEquals("rsa-" + bits, read(TestRequests.rsa(bits, 65_537), NAME).keyType().wireName());
    }
  }

  @Test
  void otherKeysAreRefused() {
    assertRefused("must be for a key", TestRequests.rsa(1_024, 65_537), NAME);
    assertRefused("must be for a key", TestRequests.rsa(2_047, 65_537), NAME);
    assertRefused("must be for a key", TestRequests.rsa(2_048, 3), NAME);
    assertRefused("must be for a key", TestRequests.ec("secp521r1"), NAME);
  }

  /** To test such a modulus for being prime takes seconds: lengths are looked at before. */
  @Test
  void aHugeModulusIsRefusedAtOnce() {
    BigInteger modulus = new BigInteger(16_384, new Random(1)).setBit(16_383).setBit(0);
    PublicKey huge = TestRequests.rsa(modulus);
    String pem =
        TestRequests.pem(
            TestRequests.der(new KeyPair(huge, null), KEY, "CN=a", "SHA256withECDSA", NAME));
    long startNs = System.nanoTime();
    assertRefused("must be for a key", pem);
    assertTrue(System.nanoTime() - startNs < 200_000_000L);
  }

  @Test
  void aTypeThatIsNotPermittedIsRefused() {
    String pem = TestRequests.dns(KEY, "a.example.com");
    ProblemException refused =
        assertThrows(
            ProblemException.class,
            () -> SigningRequest.read(pem, EnumSet.of(CertificateKeyType.RSA_2048)));
    assertEquals(ErrorCode.FORBIDDEN, refused.code());
  }

  @Test
  void twoRequestsForExtensionsAreRefused() {
    assertRefused("one extensionRequest", TestRequests.twice(KEY, NAME, dns("b.example.com")));
  }

  @Test
  void aKeyThatIsNotTheSignersIsRefused() {
    KeyPair other = TestRequests.ec("secp256r1");
    assertRefused(
        "not signed by its own key",
        TestRequests.pem(TestRequests.der(KEY, other, "CN=a", "SHA256withECDSA", NAME)));
    assertRefused(
        "must be signed by",
        TestRequests.pem(TestRequests.der(KEY, KEY, "CN=a", "SHA1withECDSA", NAME)));
  }

  /** The point of the key moved off its curve; the signature is wrong by that as well. */
  @Test
  void aPointThatIsNotOnTheCurveIsRefused() {
    byte[] point = KEY.getPublic().getEncoded();
    byte[] tail = java.util.Arrays.copyOfRange(point, point.length - 32, point.length);
    byte[] der = TestRequests.der(KEY, "CN=a", NAME);
    int at = indexOf(der, tail);
    assertTrue(at > 0);
    der[at + 31] ^= 1;
    assertRefused("is no PKCS#10 request", TestRequests.pem(der));
  }

  private static int indexOf(byte[] whole, byte[] part) {
    for (int i = 0; i + part.length <= whole.length; i++) {
      if (java.util.Arrays.equals(whole, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void whatIsChangedAfterTheSignatureIsRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] good = TestRequests.der(KEY, "CN=a", NAME);
    for (int i = 0; i < 2_000; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      assertThrows(
          InvalidDocumentException.class, () -> all(TestRequests.pem(bad)), "seed " + seed);
    }
    for (int length = 0; length < good.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(good, length);
      assertThrows(InvalidDocumentException.class, () -> all(TestRequests.pem(cut)));
    }
    assertThrows(
        InvalidDocumentException.class,
        () -> all(TestRequests.pem(java.util.Arrays.copyOf(good, good.length + 1))));
  }

  @Test
  void aSubjectIsNoName() {
    assertRefused("has no subjectAltName", KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*.example.com",
        "a.example.com.",
        "a.example.com\0.evil.com",
        "a b.example.com",
        "b\u00fccher.example.com",
        "10.0.0.1",
        ""
      })
  void namesThatAreNone(String name) {
    assertRefused("must have a DNS name in place 2", KEY, NAME, dns(name));
  }

  @Test
  void otherKindsOfNamesAreRefusedAndNotLeftOut() {
    for (GeneralName other :
        List.of(
            new GeneralName(GeneralName.rfc822Name, "a@example.com"),
            new GeneralName(new X500Name("CN=a")),
            new GeneralName(GeneralName.registeredID, "1.2.3"))) {
      assertRefused("may name DNS names", KEY, NAME, other);
    }
    assertRefused("must have a SPIFFE id", KEY, uri("https://example.com/"));
    assertRefused("must have one URI", KEY, uri("spiffe://td/a"), uri("spiffe://td/b"));
    assertRefused("must have an IP address", KEY, ip(1, 2, 3));
    assertRefused(
        "must have an IP address", KEY, ip(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4));
  }

  @Test
  void thousandsOfNamesAreRefused() {
    GeneralName[] names =
        IntStream.range(0, 5_000).mapToObj(i -> dns("h" + i + ".a.b")).toArray(GeneralName[]::new);
    assertRefused("1 to 100 names", KEY, names);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE REQUEST-----\nMAA\n-----END CERTIFICATE REQUEST-----",
        "-----BEGIN CERTIFICATE REQUEST-----\n%%%%\n-----END CERTIFICATE REQUEST-----"
      })
  void whatIsNoPem(String text) {
    assertThrows(InvalidDocumentException.class, () -> all(text));
  }

  @Test
  void aSecondBlockIsRefused() {
    String one = TestRequests.dns(KEY, "a.example.com");
    assertRefused("one PEM block", one + one);
    assertRefused("one PEM block", "Subject: x\n" + one);
  }
}
