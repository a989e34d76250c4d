package dev.cofre.controlplane.server;

import static dev.cofre.controlplane.server.CertificatePlane.named;
import static dev.cofre.controlplane.server.CertificatePlane.ok;
import static dev.cofre.controlplane.server.CertificatePlane.wanted;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.server.x509.TestRequests;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Authorities, roles and certificates over HTTP, with a real token: who may what, what is in them.
 */
class CertificateApiTest {
  @TempDir static Path directory;
  private static CertificatePlane pki;
  private static JsonObject authority;

  @BeforeAll
  static void start() throws Exception {
    pki = new CertificatePlane(directory);
    authority = pki.establish("web", "ec-p256");
  }

  @AfterAll
  static void stop() throws Exception {
    pki.close();
  }

  private static boolean isProblem(HttpResponse<String> answer, ErrorCode code) {
    return TestPlane.isProblem(answer, code);
  }

  private static void assertProblem(ErrorCode code, HttpResponse<String> answer) {
    assertTrue(isProblem(answer, code), answer.statusCode() + " " + answer.body());
  }

  @Test
  void anAuthorityIsOneForLeavesAlone() throws Exception {
    for (String keyType : List.of("ec-p256", "ec-p384")) {
      JsonObject made =
          keyType.equals("ec-p256")
              ? authority
              : ok(
                  201,
                  pki.post(
                      "app-owner",
                      CertificatePlane.AUTHORITIES,
                      CertificatePlane.authority("strong", keyType)));
      X509Certificate certificate = CertificatePlane.certificate(made.getString("certificate"));
      certificate.verify(certificate.getPublicKey());
      certificate.checkValidity();
      assertEquals(0, certificate.getBasicConstraints(), "a path length of 0");
      assertTrue(
          certificate.getCriticalExtensionOIDs().containsAll(Set.of("2.5.29.19", "2.5.29.15")));
      boolean[] usage = certificate.getKeyUsage();
      assertTrue(usage[5] && usage[6]);
      assertFalse(usage[0] || usage[1] || usage[2] || usage[3] || usage[4]);
      assertTrue(certificate.getSerialNumber().bitLength() > 64);
      assertArrayEquals(
          certificate.getEncoded(), pki.fetch(made.getString("certificatePath")).body());
      assertEquals(
          keyType.equals("ec-p256") ? "SHA256withECDSA" : "SHA384withECDSA",
          certificate.getSigAlgName());
    }
  }

  @Test
  void aCertificateSaysWhatTheRoleSays() throws Exception {
    KeyPair key = TestRequests.ec("secp256r1");
    String csr = TestRequests.dns(key, "api.shop.example.com", "LOCALHOST");
    JsonObject issued = pki.issue(wanted("web").put("csr", csr));
    assertFalse(issued.containsKey("privateKey"));
    X509Certificate certificate = CertificatePlane.certificate(issued.getString("certificate"));
    X509Certificate issuer = CertificatePlane.certificate(issued.getString("authorityCertificate"));
    certificate.verify(issuer.getPublicKey());
    assertEquals(key.getPublic(), certificate.getPublicKey());
    assertEquals("", certificate.getSubjectX500Principal().getName(), "the subject is not taken");
    assertEquals(-1, certificate.getBasicConstraints(), "asked for CA, is none");
    assertTrue(certificate.getKeyUsage()[0]);
    assertFalse(certificate.getKeyUsage()[5] || certificate.getKeyUsage()[6]);
    assertEquals(
        List.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), certificate.getExtendedKeyUsage());
    assertEquals(
        List.of(List.of(2, "api.shop.example.com"), List.of(2, "localhost")),
        List.copyOf(certificate.getSubjectAlternativeNames()));
    assertTrue(certificate.getCriticalExtensionOIDs().contains("2.5.29.17"));
    assertNotNull(certificate.getExtensionValue("2.5.29.35"));
    assertNotNull(certificate.getExtensionValue("2.5.29.14"));
    assertNull(certificate.getExtensionValue("2.5.29.31"), "no list's address was said");
    assertEquals(issued.getString("serial"), "%032x".formatted(certificate.getSerialNumber()));
    Instant issuedAt = Instant.parse(issued.getString("issuedAt"));
    assertFalse(certificate.getNotBefore().toInstant().isAfter(issuedAt));
    assertTrue(
        Duration.between(issuedAt, certificate.getNotAfter().toInstant()).toSeconds() <= 600);
    JsonObject event = event("certificate:issue", issued.getString("id"));
    assertTrue(event.encode().contains(issued.getString("serial")), event.encode());
    JsonObject shown = ok(200, pki.plane.get("app", path(issued)));
    assertEquals("ACTIVE", shown.getString("state"));
    assertEquals(
        new JsonArray().add("api.shop.example.com").add("localhost"),
        shown.getJsonArray("dnsNames"));
  }

  private static String path(JsonObject issued) {
    return "/v1/certificates/" + issued.getString("id");
  }

  private static JsonObject event(String action, String part) throws Exception {
    return pki.plane.audit().stream()
        .filter(event -> event.getString("action").equals(action))
        .filter(event -> event.encode().contains(part))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aGeneratedKeyIsInItsAnswerAlone() throws Exception {
    JsonObject issued = pki.issue(named("web", "a.shop.example.com"));
    String key = issued.getString("privateKey");
    assertTrue(key.startsWith("-----BEGIN PRIVATE KEY-----\n"), "PEM");
    assertTrue(key.endsWith("\n-----END PRIVATE KEY-----\n"), "PEM");
    assertTrue(issued.getBoolean("generatedKey"));
    assertFalse(ok(200, pki.plane.get("app", path(issued))).containsKey("privateKey"));
    String line = key.lines().skip(1).findFirst().orElseThrow();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertFalse(content.contains(line), file.toString());
      }
    }
  }

  @Test
  void aRepetitionIsAnsweredUnlessItWouldNeedTheKey() throws Exception {
    String csr = TestRequests.dns(TestRequests.ec("secp256r1"), "localhost");
    JsonObject body = wanted("web").put("csr", csr);
    Map<String, String> once = Map.of("Idempotency-Key", "cert-once");
    JsonObject first = ok(200, pki.plane.post("app", "/v1/certificates", body.encode(), once));
    assertEquals(first, ok(200, pki.plane.post("app", "/v1/certificates", body.encode(), once)));
    Map<String, String> again = Map.of("Idempotency-Key", "cert-again");
    String generated = named("web", "localhost").encode();
    JsonObject made = ok(200, pki.plane.post("app", "/v1/certificates", generated, again));
    HttpResponse<String> second = pki.plane.post("app", "/v1/certificates", generated, again);
    assertProblem(ErrorCode.CONFLICT, second);
    assertTrue(second.body().contains(made.getString("id")));
  }

  @Test
  void whatTheRoleDoesNotNameIsForbidden() throws Exception {
    for (String name :
        List.of("shop.example.com", "evil.com", "a.shop.example.com.evil.com", "xlocalhost")) {
      assertProblem(ErrorCode.FORBIDDEN, pki.ask(named("web", "localhost", name)));
    }
    for (String name :
        List.of("*.shop.example.com", "a.shop.example.com.", "a\0.shop.example.com", "127.0.0.1")) {
      assertProblem(ErrorCode.INVALID_REQUEST, pki.ask(named("web", name)));
    }
    JsonObject uri = wanted("web").put("uris", new JsonArray().add("spiffe://example.com/other"));
    assertProblem(ErrorCode.FORBIDDEN, pki.ask(uri));
    JsonObject ip = wanted("web").put("ipAddresses", new JsonArray().add("127.0.0.2"));
    assertProblem(ErrorCode.FORBIDDEN, pki.ask(ip));
    JsonObject rsa =
        wanted("web").put("csr", TestRequests.dns(TestRequests.rsa(2_048, 65_537), "localhost"));
    HttpResponse<String> refused = pki.ask(rsa);
    assertProblem(ErrorCode.FORBIDDEN, refused);
    assertTrue(refused.body().contains("rsa-2048"), refused.body());
    assertProblem(
        ErrorCode.INVALID_REQUEST, pki.ask(named("web", "localhost").put("ttlSeconds", 3_601)));
    JsonObject both =
        named("web", "localhost")
            .put("csr", TestRequests.dns(TestRequests.ec("secp256r1"), "localhost"));
    assertProblem(ErrorCode.INVALID_REQUEST, pki.ask(both));
    assertProblem(ErrorCode.INVALID_REQUEST, pki.ask(wanted("web").put("csr", "x".repeat(16_385))));
    assertProblem(ErrorCode.INVALID_REQUEST, pki.ask(wanted("web")));
  }

  @Test
  void aRoleWithoutGeneratedKeysHasNone() throws Exception {
    pki.permit("web", "own-keys", CertificatePlane.role().put("generatedKey", false));
    HttpResponse<String> refused = pki.ask(named("web", "localhost").put("role", "own-keys"));
    assertProblem(ErrorCode.FORBIDDEN, refused);
    pki.issue(
        wanted("web")
            .put("role", "own-keys")
            .put("csr", TestRequests.dns(TestRequests.ec("secp384r1"), "localhost")));
  }

  @Test
  void withoutAGrantARoleAndNoRoleAreTheSame() throws Exception {
    ok(
        201,
        pki.put(
            "app-owner",
            CertificatePlane.AUTHORITIES + "/web/roles/ungranted",
            CertificatePlane.role()));
    HttpResponse<String> there = pki.ask(named("web", "localhost").put("role", "ungranted"));
    HttpResponse<String> not = pki.ask(named("no-such", "localhost").put("role", "ungranted"));
    assertProblem(ErrorCode.NOT_FOUND, there);
    JsonObject one = new JsonObject(there.body());
    JsonObject other = new JsonObject(not.body());
    one.remove("requestId");
    other.remove("requestId");
    assertEquals(one, other);
    for (String who : List.of("app-owner", "security-admin", "auditor", "crypto-officer")) {
      assertEquals(
          403, pki.post(who, "/v1/certificates", named("web", "localhost")).statusCode(), who);
    }
  }

  @Test
  void aRoleHasNoMoreCertificatesThanItSays() throws Exception {
    pki.permit("web", "few", CertificatePlane.role().put("certificatesMax", 2));
    JsonObject wanted = named("web", "localhost").put("role", "few");
    Set<String> serials = new HashSet<>();
    serials.add(pki.issue(wanted).getString("serial"));
    serials.add(pki.issue(wanted).getString("serial"));
    assertEquals(2, serials.size());
    assertProblem(ErrorCode.QUOTA_EXCEEDED, pki.ask(wanted));
  }

  @Test
  void whatIsRevokedIsOnTheListAtOnce() throws Exception {
    X509Certificate issuer = CertificatePlane.certificate(authority.getString("certificate"));
    JsonObject kept = pki.issue(named("web", "localhost"));
    JsonObject gone = pki.issue(named("web", "localhost"));
    X509CRL before = pki.crl(authority);
    before.verify(issuer.getPublicKey());
    assertNull(before.getRevokedCertificate(serial(gone)));
    JsonObject revoked =
        ok(
            200,
            pki.post(
                "app", path(gone) + "/revoke", new JsonObject().put("reason", "key-compromise")));
    assertEquals("REVOKED", revoked.getString("state"));
    X509CRL after = pki.crl(authority);
    after.verify(issuer.getPublicKey());
    X509CRLEntry entry = after.getRevokedCertificate(serial(gone));
    assertEquals("KEY_COMPROMISE", entry.getRevocationReason().name());
    assertNull(after.getRevokedCertificate(serial(kept)));
    assertTrue(number(after).compareTo(number(before)) > 0);
    assertEquals(
        Duration.ofHours(24),
        Duration.between(after.getThisUpdate().toInstant(), after.getNextUpdate().toInstant()));
    assertNotNull(after.getExtensionValue("2.5.29.35"));
    JsonObject twice =
        ok(
            200,
            pki.post("app", path(gone) + "/revoke", new JsonObject().put("reason", "superseded")));
    assertEquals(revoked, twice, "a revocation stays as it is");
    assertNotNull(event("certificate:revoke", gone.getString("id")));
  }

  private static BigInteger serial(JsonObject issued) {
    return new BigInteger(issued.getString("serial"), 16);
  }

  /** The CRL number: an OCTET STRING around an INTEGER, both of one byte's length. */
  private static BigInteger number(X509CRL crl) {
    byte[] value = crl.getExtensionValue("2.5.29.20");
    return new BigInteger(java.util.Arrays.copyOfRange(value, 4, value.length));
  }

  @Test
  void allOfARoleAreRevokedOrCounted() throws Exception {
    pki.permit("web", "many", CertificatePlane.role());
    JsonObject wanted = named("web", "localhost").put("role", "many");
    List<JsonObject> issued = List.of(pki.issue(wanted), pki.issue(wanted), pki.issue(wanted));
    JsonObject selection = new JsonObject().put("authority", "web").put("role", "many");
    String path = "/v1/certificate-revocations";
    assertEquals(
        3,
        ok(200, pki.post("app-owner", path, selection.copy().put("dryRun", true)))
            .getInteger("certificates"));
    assertEquals(
        3, ok(200, pki.post("security-admin", path, selection)).getInteger("certificates"));
    for (JsonObject one : issued) {
      Await.until(
          "the list has it", () -> pki.crl(authority).getRevokedCertificate(serial(one)) != null);
    }
    assertEquals(403, pki.post("app", path, new JsonObject().put("principal", "x")).statusCode());
    assertProblem(ErrorCode.INVALID_REQUEST, pki.post("app", path, new JsonObject()));
  }

  @Test
  void hostileDocumentsAreRefused() throws Exception {
    for (String name : List.of("", "a'; drop table certificate; --", "A", "../x", "a".repeat(41))) {
      assertProblem(
          ErrorCode.INVALID_REQUEST,
          pki.post(
              "app-owner",
              CertificatePlane.AUTHORITIES,
              CertificatePlane.authority("x", "ec-p256").put("name", name)));
    }
    for (String common :
        List.of(
            "a,O=evil",
            "a+CN=b",
            "a\0b",
            "a\"b",
            "\u00fc",
            "#0c",
            "a\nb",
            " a",
            "a=b",
            "x".repeat(65))) {
      assertProblem(
          ErrorCode.INVALID_REQUEST,
          pki.post(
              "app-owner",
              CertificatePlane.AUTHORITIES,
              CertificatePlane.authority("x", "ec-p256").put("commonName", common)));
    }
    for (String url :
        List.of(
            "file:///etc/passwd", "http://u@h/x", "http://h/x?y", "http://h/\nx", "ldap://h/x")) {
      assertProblem(
          ErrorCode.INVALID_REQUEST,
          pki.post(
              "app-owner",
              CertificatePlane.AUTHORITIES,
              CertificatePlane.authority("x", "ec-p256").put("crlUrl", url)));
    }
    JsonObject stranger = CertificatePlane.authority("x", "ec-p256").put("owner", "app");
    assertProblem(
        ErrorCode.INVALID_REQUEST, pki.post("app-owner", CertificatePlane.AUTHORITIES, stranger));
    for (String field : List.of("role", "principal", "authority")) {
      HttpResponse<String> found =
          pki.plane.get("app", "/v1/certificates?" + field + "=%27%20or%201%3D1--");
      int status = found.statusCode();
      assertTrue(
          status == 403 || new JsonObject(found.body()).getJsonArray("items").isEmpty(),
          found.body());
    }
    assertEquals(400, pki.plane.get("app", "/v1/certificates?role=%00").statusCode());
  }

  @Test
  void aRolesNameWithAZeroByteIsNone() throws Exception {
    String path = CertificatePlane.AUTHORITIES + "/web/roles/a%00b";
    assertProblem(ErrorCode.NOT_FOUND, pki.plane.get("app-owner", path));
    assertProblem(ErrorCode.NOT_FOUND, pki.put("app-owner", path, CertificatePlane.role()));
    assertProblem(ErrorCode.NOT_FOUND, pki.delete("app-owner", path));
    assertProblem(
        ErrorCode.NOT_FOUND, pki.put("security-admin", path + "/grants/app", new JsonObject()));
  }

  @Test
  void everybodyFetchesListsByIdAndNothingElse() throws Exception {
    assertEquals(404, pki.fetch("/pki/web/crl").statusCode());
    assertEquals(404, pki.fetch("/pki/00000000-0000-0000-0000-000000000001/crl").statusCode());
    assertEquals(404, pki.fetch("/pki/..%2fx/certificate").statusCode());
    HttpResponse<byte[]> list = pki.fetch(authority.getString("crlPath"));
    assertEquals("application/pkix-crl", list.headers().firstValue("Content-Type").orElse(""));
    assertEquals("public, max-age=1", list.headers().firstValue("Cache-Control").orElse(""));
    BigInteger number = number(pki.crl(authority));
    assertTrue(
        number.compareTo(BigInteger.valueOf(Instant.now().minusSeconds(86_400).getEpochSecond()))
            > 0,
        "a restored store does not go back behind it: " + number);
  }

  @Test
  void anAuthorityGoesWithItsKeyWhenNothingIsLeftOfIt() throws Exception {
    JsonObject made = pki.establish("short", "ec-p256");
    String path = CertificatePlane.AUTHORITIES + "/short";
    assertProblem(ErrorCode.CONFLICT, pki.delete("app-owner", path));
    assertProblem(ErrorCode.CONFLICT, pki.delete("app-owner", path + "/roles/shop"));
    ok(204, pki.delete("security-admin", path + "/roles/shop/grants/app"));
    ok(204, pki.delete("app-owner", path + "/roles/shop"));
    ok(204, pki.delete("app-owner", path));
    assertEquals(404, pki.plane.get("app-owner", path).statusCode());
    assertEquals(404, pki.fetch(made.getString("certificatePath")).statusCode());
    Await.until(
        "its key is destroyed",
        () ->
            pki.plane.audit().stream()
                .anyMatch(
                    event ->
                        event.getString("action").equals("certificate-authority:delete")
                            && event.encode().contains("key-destroyed")
                            && event.encode().contains(made.getString("id"))));
    JsonObject anew =
        ok(
            201,
            pki.post(
                "app-owner",
                CertificatePlane.AUTHORITIES,
                CertificatePlane.authority("short", "ec-p256")));
    assertNotEquals(made.getString("certificate"), anew.getString("certificate"));
  }
}
