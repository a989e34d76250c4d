package dev.cofre.controlplane.server;

import static dev.cofre.controlplane.server.CertificatePlane.named;
import static dev.cofre.controlplane.server.CertificatePlane.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.CertificateState;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.SubjectNames;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SigningCurve;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left where a control plane was killed, where time goes by, and where a key is gone. */
class CertificateFaultsTest {
  private static final String SERIAL = "00000000000000000000000000000abc";

  @TempDir Path directory;
  private CertificatePlane pki;
  private JsonObject authority;

  @BeforeEach
  void start() throws Exception {
    pki = new CertificatePlane(directory);
    authority = pki.establish("web", "ec-p256");
  }

  @AfterEach
  void stop() throws Exception {
    pki.close();
  }

  /** Does {@code work} in the store while the control plane is down. */
  private void meanwhile(Consumer<Transaction> work) throws Exception {
    pki.plane.plane.close();
    try (Store store = Store.open(pki.plane.location(), pki.plane.clock)) {
      store.change(
          tx -> {
            work.accept(tx);
            return null;
          });
    }
    pki.plane.start();
  }

  @Test
  void whatWasSignedAndNeverHandedOutIsRevoked() throws Exception {
    UUID id = UUID.randomUUID();
    meanwhile(tx -> tx.certificates().insert(ahead(id, tx.now())));
    assertNull(pki.crl(authority).getRevokedCertificate(new BigInteger(SERIAL, 16)));
    pki.plane.clock.advance(Duration.ofMinutes(3));
    Await.until(
        "it is revoked",
        () ->
            ok(200, pki.plane.get("app", "/v1/certificates/" + id))
                .getString("state")
                .equals("REVOKED"));
    Await.until(
        "it is on the list",
        () -> pki.crl(authority).getRevokedCertificate(new BigInteger(SERIAL, 16)) != null);
    assertTrue(
        pki.plane.audit().stream()
            .anyMatch(
                event ->
                    event.getString("action").equals("certificate:revoke")
                        && event.encode().contains("abandoned")
                        && event.encode().contains(SERIAL)));
  }

  private IssuedCertificate ahead(UUID id, Instant now) {
    return new IssuedCertificate(
        id,
        "default",
        UUID.fromString(authority.getString("id")),
        "shop",
        "app",
        SERIAL,
        new SubjectNames(List.of("localhost"), List.of(), List.of()),
        false,
        CertificateState.PENDING,
        now,
        now,
        now.plusSeconds(3_600),
        null,
        null,
        null);
  }

  @Test
  void aKeyThatAKillLeftInTheTokenIsDestroyed() throws Exception {
    UUID id = UUID.randomUUID();
    CertificateAuthorityDraft draft =
        CertificateAuthorityDraft.read(
            Map.of(
                "name", "half",
                "environment", "dev",
                "owner", "app-owner",
                "description", "tests",
                "commonName", "half"),
            "default");
    CertificateAuthority[] half = new CertificateAuthority[1];
    meanwhile(
        tx -> {
          half[0] =
              new CertificateAuthority(
                  id,
                  draft,
                  CertificateAuthority.State.PENDING,
                  null,
                  null,
                  null,
                  Stamp.created(tx.now(), "app-owner"));
          tx.authorities().insert(half[0], tx.now().plusSeconds(120));
        });
    try (Hsm hsm = SoftHsmToken.login()) {
      hsm.signingKey(half[0].keyLabel(), SigningCurve.P256);
      assertEquals(404, pki.plane.get("app-owner", path("half")).statusCode());
      pki.plane.clock.advance(Duration.ofMinutes(3));
      Await.until("the key is destroyed", () -> hsm.findSigningKey(half[0].keyLabel()).isEmpty());
    }
    Await.until(
        "its name is free",
        () ->
            pki.post(
                        "app-owner",
                        CertificatePlane.AUTHORITIES,
                        CertificatePlane.authority("half", "ec-p256"))
                    .statusCode()
                == 201);
  }

  private static String path(String name) {
    return CertificatePlane.AUTHORITIES + "/" + name;
  }

  @Test
  void aListIsMadeAnewAndExpiredOnesLeaveIt() throws Exception {
    JsonObject gone = pki.issue(named("web", "localhost"));
    ok(
        200,
        pki.post("app", "/v1/certificates/" + gone.getString("id") + "/revoke", new JsonObject()));
    BigInteger serial = new BigInteger(gone.getString("serial"), 16);
    Instant first = pki.crl(authority).getThisUpdate().toInstant();
    assertNotNull(pki.crl(authority).getRevokedCertificate(serial));
    pki.plane.clock.advance(Duration.ofHours(7));
    Await.until(
        "a newer list", () -> pki.crl(authority).getThisUpdate().toInstant().isAfter(first));
    assertNotNull(
        pki.crl(authority).getRevokedCertificate(serial), "expired, and on one list more");
    pki.plane.clock.advance(Duration.ofHours(25));
    Await.until("it has left", () -> pki.crl(authority).getRevokedCertificate(serial) == null);
  }

  /** Nobody would trust what another key signs, so none is made in its place. */
  @Test
  void anAuthorityWhoseKeyIsGoneIssuesNothing() throws Exception {
    byte[] list = pki.fetch(authority.getString("crlPath")).body();
    try (Hsm hsm = SoftHsmToken.login()) {
      String label = "x509-ca-" + authority.getString("id");
      hsm.destroySigningKey(label);
      pki.plane.plane.close();
      pki.plane.start();
      HttpResponse<String> refused = pki.ask(named("web", "localhost"));
      assertTrue(TestPlane.isProblem(refused, ErrorCode.HSM_UNAVAILABLE), refused.body());
      assertTrue(hsm.findSigningKey(label).isEmpty());
    }
    assertEquals(
        0,
        ok(200, pki.plane.get("app", "/v1/certificates")).getJsonArray("items").size(),
        "nothing is left of it");
    assertEquals(200, pki.fetch(authority.getString("crlPath")).statusCode());
    assertEquals(
        list.length, pki.fetch(authority.getString("crlPath")).body().length, "the list holds on");
  }

  @Test
  void certificatesLiveOnInARestart() throws Exception {
    JsonObject issued = pki.issue(named("web", "localhost"));
    pki.plane.plane.close();
    pki.plane.start();
    assertEquals(
        issued.getString("sha256"),
        ok(200, pki.plane.get("app", "/v1/certificates/" + issued.getString("id")))
            .getString("sha256"));
    assertEquals(
        issued.getString("authorityCertificate"),
        pki.issue(named("web", "localhost")).getString("authorityCertificate"));
  }
}
