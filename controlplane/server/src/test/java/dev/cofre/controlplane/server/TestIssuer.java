package dev.cofre.controlplane.server;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OkpJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;

/** An issuer of real signed tokens on loopback, whose keys are at a URL. */
final class TestIssuer implements AutoCloseable {
  final String issuer = "https://issuer.example";
  final AtomicInteger fetches = new AtomicInteger();
  private final List<PublicJsonWebKey> keys = new CopyOnWriteArrayList<>();
  private final Clock clock;
  private HttpServer server;
  private int port;

  TestIssuer(Clock clock) throws IOException, JoseException {
    this.clock = clock;
    keys.add(named(RsaJwkGenerator.generateJwk(2048), "rsa"));
    keys.add(named(EcJwkGenerator.generateJwk(EllipticCurves.P256), "ec"));
    keys.add(named(OkpJwkGenerator.generateJwk("Ed25519"), "ed"));
    open();
  }

  private static PublicJsonWebKey named(PublicJsonWebKey key, String id) {
    key.setKeyId(id);
    return key;
  }

  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    port = server.getAddress().getPort();
    server.createContext(
        "/keys",
        exchange -> {
          fetches.incrementAndGet();
          byte[] body = jwks().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  String jwks() {
    return new JsonWebKeySet(List.copyOf(keys)).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
  }

  String keysUrl() {
    return "http://127.0.0.1:" + port + "/keys";
  }

  /** Replaces the key {@code id} by a fresh one named {@code next}. */
  void rotate(String id, String next) throws JoseException {
    keys.removeIf(key -> key.getKeyId().equals(id));
    keys.add(named(EcJwkGenerator.generateJwk(EllipticCurves.P256), next));
  }

  PublicJsonWebKey key(String id) {
    return keys.stream().filter(key -> key.getKeyId().equals(id)).findFirst().orElseThrow();
  }

  /** The claims of a token for {@code subject} that counts for five minutes. */
  JwtClaims claims(String subject) {
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(issuer);
    claims.setAudience("cofre");
    claims.setSubject(subject);
    claims.setIssuedAt(after(0));
    claims.setExpirationTime(after(300));
    return claims;
  }

  /** So many seconds from now. */
  NumericDate after(long seconds) {
    return NumericDate.fromMilliseconds(clock.millis() + seconds * 1_000);
  }

  String token(String subject) throws JoseException {
    return sign("RS256", "rsa", claims(subject).toJson(), Map.of());
  }

  String sign(String algorithm, String keyId, String payload, Map<String, Object> headers)
      throws JoseException {
    return sign(algorithm, keyId, key(keyId).getPrivateKey(), payload, headers);
  }

  static String sign(
      String algorithm, String keyId, Key key, String payload, Map<String, Object> headers)
      throws JoseException {
    JsonWebSignature jws = new JsonWebSignature();
    jws.setDoKeyValidation(false);
    jws.setAlgorithmConstraints(org.jose4j.jwa.AlgorithmConstraints.NO_CONSTRAINTS);
    jws.setAlgorithmHeaderValue(algorithm);
    jws.setPayload(payload);
    jws.setKey(key);
    if (keyId != null) {
      jws.setKeyIdHeaderValue(keyId);
    }
    for (Map.Entry<String, Object> header : new ArrayList<>(headers.entrySet())) {
      jws.setHeader(header.getKey(), header.getValue());
    }
    return jws.getCompactSerialization();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
