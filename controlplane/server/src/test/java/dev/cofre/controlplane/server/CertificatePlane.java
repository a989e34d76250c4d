package dev.cofre.controlplane.server;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Map;

/** A real control plane with an authority whose key is in a real token. */
final class CertificatePlane implements AutoCloseable {
  static final String AUTHORITIES = "/v1/certificate-authorities";
  final TestPlane plane;

  CertificatePlane(Path directory) throws Exception {
    plane = TestPlane.in(directory);
  }

  static JsonObject authority(String name, String keyType) {
    return new JsonObject()
        .put("name", name)
        .put("environment", "dev")
        .put("owner", "app-owner")
        .put("description", "for tests")
        .put("commonName", "Test " + name)
        .put("keyType", keyType);
  }

  static JsonObject role() {
    return new JsonObject()
        .put("description", "the shop")
        .put("defaultTtlSeconds", 600)
        .put("maxTtlSeconds", 3_600)
        .put("dnsNames", new JsonArray().add("localhost"))
        .put("dnsSuffixes", new JsonArray().add(".shop.example.com"))
        .put("uris", new JsonArray().add("spiffe://example.com/shop/api"))
        .put("ipAddresses", new JsonArray().add("127.0.0.1"))
        .put("usages", new JsonArray().add("server").add("client"))
        .put("generatedKey", true);
  }

  /** Makes the authority {@code name} with the role {@code shop} that {@code app} may have. */
  JsonObject establish(String name, String keyType) throws Exception {
    JsonObject made = ok(201, post("app-owner", AUTHORITIES, authority(name, keyType)));
    permit(name, "shop", role());
    return made;
  }

  void permit(String authority, String name, JsonObject role) throws Exception {
    String path = AUTHORITIES + "/" + authority + "/roles/" + name;
    ok(201, put("app-owner", path, role));
    ok(200, put("security-admin", path + "/grants/app", new JsonObject()));
  }

  static JsonObject wanted(String authority) {
    return new JsonObject().put("authority", authority).put("role", "shop");
  }

  static JsonObject named(String authority, String... dnsNames) {
    JsonArray names = new JsonArray();
    for (String name : dnsNames) {
      names.add(name);
    }
    return wanted(authority).put("dnsNames", names);
  }

  HttpResponse<String> ask(JsonObject wanted) throws Exception {
    return post("app", "/v1/certificates", wanted);
  }

  JsonObject issue(JsonObject wanted) throws Exception {
    return ok(200, ask(wanted));
  }

  HttpResponse<String> post(String who, String path, JsonObject body) throws Exception {
    return plane.post(who, path, body.encode(), Map.of());
  }

  HttpResponse<String> put(String who, String path, JsonObject body) throws Exception {
    return plane.send(
        plane
            .request(who, path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body.encode())));
  }

  HttpResponse<String> delete(String who, String path) throws Exception {
    return plane.send(plane.request(who, path).DELETE());
  }

  /** What everybody gets at {@code path}. */
  HttpResponse<byte[]> fetch(String path) throws Exception {
    return plane.http.send(plane.request(null, path).GET().build(), BodyHandlers.ofByteArray());
  }

  X509CRL crl(JsonObject authority) throws Exception {
    HttpResponse<byte[]> answer = fetch(authority.getString("crlPath"));
    if (answer.statusCode() != 200) {
      throw new AssertionError(
          answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return (X509CRL)
        CertificateFactory.getInstance("X.509")
            .generateCRL(new ByteArrayInputStream(answer.body()));
  }

  static X509Certificate certificate(String pem) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  static JsonObject ok(int status, HttpResponse<String> answer) {
    return LeasePlane.ok(status, answer);
  }

  @Override
  public void close() throws IOException {
    plane.close();
  }
}
