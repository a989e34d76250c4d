package dev.cofre.controlplane.server;

import static dev.cofre.controlplane.server.CertificatePlane.named;
import static dev.cofre.controlplane.server.CertificatePlane.ok;
import static dev.cofre.controlplane.server.CertificatePlane.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cofre.controlplane.server.x509.TestRequests;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issued certificates as others use them: the JDK's TLS and path validation, and OpenSSL. */
class CertificateUseTest {
  @TempDir static Path directory;
  private static CertificatePlane pki;
  private static JsonObject authority;
  private static X509Certificate root;

  @BeforeAll
  static void start() throws Exception {
    pki = new CertificatePlane(directory.resolve("plane"));
    authority = pki.establish("web", "ec-p384");
    root = CertificatePlane.certificate(authority.getString("certificate"));
  }

  @AfterAll
  static void stop() throws Exception {
    pki.close();
  }

  /** A certificate with its private key. */
  private record Identity(X509Certificate certificate, PrivateKey key) {
    static Identity generated(JsonObject issued) throws GeneralSecurityException {
      String base64 =
          issued
              .getString("privateKey")
              .lines()
              .filter(line -> !line.startsWith("-"))
              .reduce("", String::concat);
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
      return new Identity(CertificatePlane.certificate(issued.getString("certificate")), key);
    }
  }

  private static SSLContext context(Identity identity) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", root);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (identity != null) {
      own.setKeyEntry(
          "own", identity.key, new char[0], new Certificate[] {identity.certificate, root});
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  /** What the server saw of the client in a handshake over a real socket. */
  private static SSLSession handshake(Identity server, Identity client) throws Exception {
    try (SSLServerSocket listener =
            (SSLServerSocket)
                context(server).getServerSocketFactory().createServerSocket(0, 1, null);
        var threads = Executors.newSingleThreadExecutor()) {
      listener.setNeedClientAuth(true);
      Future<SSLSession> accepted =
          threads.submit(
              () -> {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                  socket.getOutputStream().write(socket.getInputStream().read());
                  return socket.getSession();
                }
              });
      try (SSLSocket socket =
          (SSLSocket)
              context(client)
                  .getSocketFactory()
                  .createSocket("localhost", listener.getLocalPort())) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.getOutputStream().write(7);
        assertEquals(7, socket.getInputStream().read());
      }
      return accepted.get();
    }
  }

  @Test
  void bothSidesOfAHandshakeShowIssuedCertificates() throws Exception {
    Identity server = Identity.generated(pki.issue(named("web", "localhost")));
    KeyPair key = TestRequests.ec("secp384r1");
    String csr = TestRequests.dns(key, "client.shop.example.com");
    X509Certificate certificate =
        CertificatePlane.certificate(
            pki.issue(wanted("web").put("csr", csr)).getString("certificate"));
    SSLSession session = handshake(server, new Identity(certificate, key.getPrivate()));
    assertEquals("TLSv1.3", session.getProtocol());
    assertEquals(certificate, session.getPeerCertificates()[0]);
  }

  @Test
  void aWrongNameAWrongUsageAndNoCertificateFailTheHandshake() throws Exception {
    pki.permit(
        "web", "clients", CertificatePlane.role().put("usages", new JsonArray().add("client")));
    Identity good = Identity.generated(pki.issue(named("web", "localhost")));
    Identity elsewhere = Identity.generated(pki.issue(named("web", "a.shop.example.com")));
    Identity client =
        Identity.generated(pki.issue(named("web", "localhost").put("role", "clients")));
    assertThrows(IOException.class, () -> handshake(elsewhere, good));
    assertThrows(IOException.class, () -> handshake(client, good), "not for servers");
    assertThrows(Exception.class, () -> handshake(good, null));
    assertEquals("TLSv1.3", handshake(good, client).getProtocol());
  }

  private static void validate(X509Certificate certificate) throws Exception {
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    checker.setOptions(
        EnumSet.of(
            PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.addCertStore(
        CertStore.getInstance(
            "Collection", new CollectionCertStoreParameters(List.of(pki.crl(authority)))));
    parameters.addCertPathChecker(checker);
    validator.validate(
        CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
  }

  @Test
  void thePathIsValidUntilTheCertificateIsOnTheList() throws Exception {
    JsonObject issued = pki.issue(named("web", "localhost"));
    X509Certificate certificate = CertificatePlane.certificate(issued.getString("certificate"));
    validate(certificate);
    ok(
        200,
        pki.post(
            "app", "/v1/certificates/" + issued.getString("id") + "/revoke", new JsonObject()));
    CertPathValidatorException refused =
        assertThrows(CertPathValidatorException.class, () -> validate(certificate));
    assertEquals(CertPathValidatorException.BasicReason.REVOKED, refused.getReason());
  }

  @Test
  void anIssuedCertificateIssuesNone() throws Exception {
    Identity leaf = Identity.generated(pki.issue(named("web", "localhost")));
    X509Certificate forged =
        Forgery.under(
            root.getSubjectX500Principal(), leaf.certificate, leaf.key, "evil.example.com");
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    for (List<X509Certificate> path : List.of(List.of(forged), List.of(forged, leaf.certificate))) {
      assertThrows(
          CertPathValidatorException.class,
          () ->
              validator.validate(
                  CertificateFactory.getInstance("X.509").generateCertPath(path), parameters));
    }
  }

  private static String openssl(String input, String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var out = process.getOutputStream()) {
      out.write(input.getBytes(StandardCharsets.US_ASCII));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + " " + said;
  }

  private static boolean hasOpenssl() {
    return Files.isExecutable(Path.of("/usr/bin/openssl"));
  }

  @Test
  void opensslMakesTheRequestAndVerifiesTheCertificate() throws Exception {
    assumeTrue(hasOpenssl());
    Path key = directory.resolve("key.pem");
    Path csr = directory.resolve("csr.pem");
    String made =
        openssl(
            "",
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            key.toString(),
            "-out",
            csr.toString(),
            "-subj",
            "/CN=ignored",
            "-addext",
            "subjectAltName=DNS:api.shop.example.com,IP:127.0.0.1,URI:spiffe://example.com/shop/api");
    assertTrue(made.startsWith("0 "), made);
    JsonObject issued = pki.issue(wanted("web").put("csr", Files.readString(csr)));
    Path ca = Files.writeString(directory.resolve("ca.pem"), authority.getString("certificate"));
    Path leaf = Files.writeString(directory.resolve("leaf.pem"), issued.getString("certificate"));
    Path crl = directory.resolve("crl.pem");
    Files.write(directory.resolve("crl.der"), pki.fetch(authority.getString("crlPath")).body());
    String converted =
        openssl(
            "",
            "crl",
            "-inform",
            "DER",
            "-in",
            directory.resolve("crl.der").toString(),
            "-out",
            crl.toString(),
            "-CAfile",
            ca.toString(),
            "-verify");
    assertTrue(converted.startsWith("0 verify OK"), converted);
    String[] verify = {
      "verify",
      "-x509_strict",
      "-purpose",
      "sslserver",
      "-verify_hostname",
      "api.shop.example.com",
      "-CAfile",
      ca.toString(),
      "-CRLfile",
      crl.toString(),
      "-crl_check",
      leaf.toString()
    };
    String verified = openssl("", verify);
    assertTrue(verified.startsWith("0 ") && verified.contains("OK"), verified);
    String text = openssl(issued.getString("certificate"), "x509", "-noout", "-text");
    assertTrue(text.contains("URI:spiffe://example.com/shop/api"), text);
    assertTrue(text.contains("IP Address:127.0.0.1"), text);
    assertFalse(text.contains("ignored"), text);
    ok(
        200,
        pki.post(
            "app", "/v1/certificates/" + issued.getString("id") + "/revoke", new JsonObject()));
    Files.write(directory.resolve("crl.der"), pki.fetch(authority.getString("crlPath")).body());
    openssl(
        "",
        "crl",
        "-inform",
        "DER",
        "-in",
        directory.resolve("crl.der").toString(),
        "-out",
        crl.toString());
    String refused = openssl("", verify);
    assertTrue(refused.contains("certificate revoked"), refused);
  }
}
