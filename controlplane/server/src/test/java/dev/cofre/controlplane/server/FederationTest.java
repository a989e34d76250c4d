package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.random.KernelRandom;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of an identity provider for ours, and what is tried with forged ones. */
class FederationTest {
  private static final String EXCHANGE = "/v1/token/exchange";

  @TempDir Path directory;
  private TestPlane plane;
  private TestIssuer issuer;

  @BeforeEach
  void start() throws Exception {
    plane = TestPlane.in(directory);
    issuer = new TestIssuer(plane.clock);
    made(principal("reader", "auditor"));
    assertEquals("DONE", provider(document()).getString("state"));
    made(bind("reader", new JsonObject().put("provider", "idp").put("subject", "alice")));
  }

  @AfterEach
  void stop() {
    issuer.close();
    plane.close();
  }

  private JsonObject document() {
    return new JsonObject()
        .put("name", "idp")
        .put("issuer", issuer.issuer)
        .put("audiences", new JsonArray(List.of("cofre")))
        .put("jwksUrl", issuer.keysUrl())
        .put("algorithms", new JsonArray(List.of("RS256", "PS256", "ES256", "EdDSA")));
  }

  /** Made by one security-admin and approved by another. */
  private JsonObject provider(JsonObject document) throws Exception {
    return plane.approve(
        "security-admin-2",
        plane.post("security-admin", "/v1/identity-providers", document.encode(), Map.of()));
  }

  private HttpResponse<String> principal(String id, String role) throws Exception {
    JsonObject document = new JsonObject().put("id", id).put("roles", new JsonArray().add(role));
    return plane.post("security-admin", "/v1/principals", document.encode(), Map.of());
  }

  private HttpResponse<String> bind(String id, JsonObject binding) throws Exception {
    String path = "/v1/principals/" + id + "/bindings";
    return plane.post("security-admin", path, binding.encode(), Map.of());
  }

  private static void made(HttpResponse<String> answer) {
    assertEquals(201, answer.statusCode(), answer.body());
  }

  private HttpResponse<String> exchange(String token) throws Exception {
    String body = new JsonObject().put("token", token).encode();
    return plane.post(null, EXCHANGE, body, Map.of());
  }

  private String exchanged(String token) throws Exception {
    HttpResponse<String> answer = exchange(token);
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body()).getString("access_token");
  }

  private int use(String token) throws Exception {
    return plane
        .send(
            HttpRequest.newBuilder(plane.uri("/v1/principals"))
                .header("Authorization", "Bearer " + token)
                .GET())
        .statusCode();
  }

  @Test
  void aTokenIsExchangedForAShortLivedOneOfOurs() throws Exception {
    HttpResponse<String> answer = exchange(issuer.token("alice"));
    JsonObject said = new JsonObject(answer.body());
    assertEquals(200, answer.statusCode(), answer.body());
    assertEquals("reader", said.getString("principal"));
    assertEquals("Bearer", said.getString("token_type"));
    int seconds = said.getInteger("expires_in");
    assertTrue(seconds > 200 && seconds <= 300, "it does not outlive what it was made of");
    String token = said.getString("access_token");
    assertEquals(200, use(token));
    assertEquals(200, use(token));
    assertEquals(401, use(token.substring(0, token.length() - 2) + "AA"));
    JsonObject made =
        plane.audit().stream()
            .filter(event -> "token:exchange".equals(event.getString("action")))
            .findFirst()
            .orElseThrow();
    assertEquals("reader", made.getString("principal"));
    assertEquals("jwt", made.getString("authentication"));
    assertTrue(
        plane.audit().stream()
            .anyMatch(
                event ->
                    "principal:list".equals(event.getString("action"))
                        && "jwt".equals(event.getString("authentication"))));
    assertFalse(plane.audit().toString().contains(token));
    plane.clock.advance(Duration.ofSeconds(301));
    assertEquals(401, use(token), "it has expired");
  }

  @Test
  void theFormOfTheRfcIsTakenToo() throws Exception {
    String form =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&ttl_seconds=60"
            + "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&subject_token="
            + URLEncoder.encode(issuer.token("alice"), StandardCharsets.UTF_8);
    HttpResponse<String> answer = form(form);
    assertEquals(200, answer.statusCode(), answer.body());
    assertEquals(60, new JsonObject(answer.body()).getInteger("expires_in"));
    assertEquals(400, form(form + "&subject_token=again").statusCode());
    assertEquals(400, form("grant_type=password").statusCode());
    String tooLong = new JsonObject().put("token", "a.b.c").put("ttlSeconds", 3_601).encode();
    assertEquals(400, plane.post(null, EXCHANGE, tooLong, Map.of()).statusCode());
  }

  private HttpResponse<String> form(String body) throws Exception {
    return plane.send(
        HttpRequest.newBuilder(plane.uri(EXCHANGE))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void everyAllowedAlgorithmWorks() throws Exception {
    String payload = issuer.claims("alice").toJson();
    assertEquals(200, exchange(issuer.sign("PS256", "rsa", payload, Map.of())).statusCode());
    assertEquals(200, exchange(issuer.sign("ES256", "ec", payload, Map.of())).statusCode());
    assertEquals(200, exchange(issuer.sign("EdDSA", "ed", payload, Map.of())).statusCode());
  }

  @Test
  void forgedTokensAreAllRefusedAlike() throws Exception {
    Map<String, String> attacks = attacks();
    for (Map.Entry<String, String> attack : attacks.entrySet()) {
      HttpResponse<String> answer = exchange(attack.getValue());
      assertTrue(
          TestPlane.isProblem(answer, ErrorCode.UNAUTHENTICATED),
          attack.getKey() + ": " + answer.body());
      assertEquals(
          "send a valid token in the header Authorization: Bearer <token>",
          new JsonObject(answer.body()).getString("detail"),
          attack.getKey());
    }
    assertEquals(200, exchange(issuer.token("alice")).statusCode(), "the right one still works");
  }

  private Map<String, String> attacks() throws Exception {
    String good = issuer.claims("alice").toJson();
    PublicJsonWebKey own = EcJwkGenerator.generateJwk(EllipticCurves.P256);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("no signature", TestIssuer.sign("none", null, null, good, Map.of()));
    all.put(
        "HMAC with the public key",
        TestIssuer.sign(
            "HS256",
            "rsa",
            new HmacKey(issuer.key("rsa").getPublicKey().getEncoded()),
            good,
            Map.of()));
    all.put(
        "another key, the same id",
        TestIssuer.sign("ES256", "ec", own.getPrivateKey(), good, Map.of()));
    all.put(
        "a key in the header",
        TestIssuer.sign(
            "ES256",
            null,
            own.getPrivateKey(),
            good,
            Map.of("jwk", own.toParams(org.jose4j.jwk.JsonWebKey.OutputControlLevel.PUBLIC_ONLY))));
    try (TestIssuer attacker = new TestIssuer(plane.clock)) {
      all.put(
          "keys of the attacker's by jku and x5u",
          attacker.sign(
              "RS256", "rsa", good, Map.of("jku", attacker.keysUrl(), "x5u", attacker.keysUrl())));
    }
    all.put(
        "a path as the key id",
        TestIssuer.sign("ES256", "../../dev/null", own.getPrivateKey(), good, Map.of()));
    all.put(
        "SQL as the key id",
        TestIssuer.sign("ES256", "' or '1'='1", own.getPrivateKey(), good, Map.of()));
    all.put("the algorithm of another key", swapped(issuer.token("alice")));
    all.put(
        "an unknown critical header",
        issuer.sign("ES256", "ec", good, Map.of("crit", List.of("x"), "x", 1)));
    all.put("another audience", signed(claims -> claims.setAudience("other")));
    all.put("no audience", signed(claims -> claims.unsetClaim("aud")));
    all.put("another issuer", signed(claims -> claims.setIssuer("https://issuer.example.evil")));
    all.put("the issuer with a slash", signed(claims -> claims.setIssuer(issuer.issuer + "/")));
    all.put("expired", signed(claims -> claims.setExpirationTime(issuer.after(-31))));
    all.put("no end", signed(claims -> claims.unsetClaim("exp")));
    all.put("not yet", signed(claims -> claims.setNotBefore(issuer.after(90))));
    all.put("made later", signed(claims -> claims.setIssuedAt(issuer.after(90))));
    all.put("too long", signed(claims -> claims.setExpirationTime(issuer.after(3_700))));
    all.put(
        "too long since it was made", signed(claims -> claims.setIssuedAt(issuer.after(-3_400))));
    all.put("nobody's subject", signed(claims -> claims.setSubject("mallory")));
    all.put("a subject in other letters", signed(claims -> claims.setSubject("Alice")));
    all.put("no subject", signed(claims -> claims.unsetClaim("sub")));
    all.put(
        "a claim twice",
        issuer.sign("ES256", "ec", good.replaceFirst("\\{", "{\"sub\":\"mallory\","), Map.of()));
    all.put(
        "a number as subject",
        issuer.sign("ES256", "ec", good.replace("\"alice\"", "7"), Map.of()));
    all.put("a huge token", signed(claims -> claims.setClaim("pad", "x".repeat(20_000))));
    all.put("not a token", "a.b.c");
    all.put("nothing", "..");
    all.put("encrypted", "a.b.c.d.e");
    return all;
  }

  private interface Change {
    void make(JwtClaims claims) throws Exception;
  }

  private String signed(Change change) throws Exception {
    JwtClaims claims = issuer.claims("alice");
    change.make(claims);
    return issuer.sign("ES256", "ec", claims.toJson(), Map.of());
  }

  /** The header says another algorithm than the one that signed. */
  private static String swapped(String token) {
    String[] parts = token.split("\\.");
    String header = "{\"alg\":\"ES256\",\"kid\":\"rsa\"}";
    return Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(header.getBytes(StandardCharsets.US_ASCII))
        + "."
        + parts[1]
        + "."
        + parts[2];
  }

  @Test
  void claimsDecideWhenTheyAreUnequivocal() throws Exception {
    made(principal("builder", "auditor"));
    made(principal("other", "auditor"));
    JsonObject claims = new JsonObject().put("repository", "a/b").put("groups", "release");
    made(bind("builder", new JsonObject().put("provider", "idp").put("claims", claims)));
    String matching =
        signed(
            token -> {
              token.setSubject("run-1");
              token.setClaim("repository", "a/b");
              token.setClaim("groups", List.of("dev", "release"));
            });
    HttpResponse<String> answer = exchange(matching);
    assertEquals("builder", new JsonObject(answer.body()).getString("principal"));
    String half =
        signed(
            token -> {
              token.setSubject("run-1");
              token.setClaim("repository", "a/b");
            });
    assertEquals(401, exchange(half).statusCode());
    JsonObject wider = new JsonObject().put("repository", "a/b");
    made(bind("other", new JsonObject().put("provider", "idp").put("claims", wider)));
    assertEquals(401, exchange(matching).statusCode(), "two principals fit: neither is meant");
  }

  @Test
  void aServiceAccountIsBoundByItsName() throws Exception {
    made(principal("pod", "auditor"));
    JsonObject cluster =
        document().put("name", "k8s").put("kind", "kubernetes").put("issuer", "https://cluster");
    assertEquals("DONE", provider(cluster).getString("state"));
    made(bind("pod", new JsonObject().put("provider", "k8s").put("serviceAccount", "shop/cart")));
    assertEquals(200, exchange(podToken("shop", "cart")).statusCode());
    assertEquals(401, exchange(podToken("shop", "other")).statusCode());
  }

  private String podToken(String namespace, String name) throws Exception {
    return signed(
        claims -> {
          claims.setIssuer("https://cluster");
          claims.setSubject("system:serviceaccount:shop:cart");
          claims.setClaim(
              "kubernetes.io",
              Map.of("namespace", namespace, "serviceaccount", Map.of("name", name)));
        });
  }

  @Test
  void keysRotateWithoutAStormAndCountForAWhileWhenTheIssuerIsAway() throws Exception {
    assertEquals(200, exchange(issuer.token("alice")).statusCode());
    assertEquals(1, issuer.fetches.get());
    for (int i = 0; i < 5; i++) {
      PublicJsonWebKey own = EcJwkGenerator.generateJwk(EllipticCurves.P256);
      String good = issuer.claims("alice").toJson();
      assertEquals(
          401,
          exchange(TestIssuer.sign("ES256", "k" + i, own.getPrivateKey(), good, Map.of()))
              .statusCode());
    }
    assertEquals(1, issuer.fetches.get(), "unknown key ids soon after a fetch cause none");
    issuer.rotate("ec", "ec-2");
    plane.clock.advance(Duration.ofSeconds(31));
    String rotated = issuer.sign("ES256", "ec-2", issuer.claims("alice").toJson(), Map.of());
    assertEquals(200, exchange(rotated).statusCode());
    assertEquals(2, issuer.fetches.get());

    issuer.close();
    plane.clock.advance(Duration.ofMinutes(30));
    assertEquals(200, exchange(issuer.token("alice")).statusCode(), "stale, but not for long");
    plane.clock.advance(Duration.ofMinutes(60));
    HttpResponse<String> away = exchange(issuer.token("alice"));
    assertTrue(TestPlane.isProblem(away, ErrorCode.IDENTITY_PROVIDER_UNAVAILABLE), away.body());
    issuer.open();
    plane.clock.advance(Duration.ofSeconds(31));
    assertEquals(200, exchange(issuer.token("alice")).statusCode());
  }

  @Test
  void whatIsTakenAwayEndsTheTokensThatWereMadeOfIt() throws Exception {
    String first = exchanged(issuer.token("alice"));
    assertEquals(200, use(first));
    JsonObject bound =
        new JsonObject(plane.get("auditor", "/v1/principals/reader/bindings").body());
    String id = bound.getJsonArray("items").getJsonObject(0).getString("id");
    assertEquals(204, delete("/v1/principals/reader/bindings/" + id));
    assertEquals(401, use(first));
    assertEquals(401, exchange(issuer.token("alice")).statusCode());

    made(bind("reader", new JsonObject().put("provider", "idp").put("subject", "alice")));
    String second = exchanged(issuer.token("alice"));
    String digest = TestPlane.tokenDocument(TestPlane.freshToken());
    plane.approve(
        "security-admin-2",
        plane.post("security-admin", "/v1/principals/reader/token", digest, Map.of()));
    assertEquals(401, use(second), "a token was replaced");

    String third = exchanged(issuer.token("alice"));
    assertEquals(204, delete("/v1/identity-providers/idp"));
    assertEquals(401, use(third), "the provider is gone");
    assertEquals(401, exchange(issuer.token("alice")).statusCode());
  }

  private int delete(String path) throws Exception {
    return plane.send(plane.request("security-admin", path).DELETE()).statusCode();
  }

  @Test
  void trustIsNotGivenByOnePersonAlone() throws Exception {
    JsonObject second = document().put("name", "second").put("issuer", "https://second");
    HttpResponse<String> asked =
        plane.post("security-admin", "/v1/identity-providers", second.encode(), Map.of());
    assertEquals(202, asked.statusCode());
    assertEquals(403, plane.decide("security-admin", new JsonObject(asked.body())).statusCode());
    HttpResponse<String> further =
        bind("reader", new JsonObject().put("provider", "idp").put("subject", "bob"));
    assertEquals(202, further.statusCode(), "it has one way already");
    assertEquals(401, exchange(issuer.token("bob")).statusCode());
    plane.approve("security-admin-2", further);
    assertEquals(200, exchange(issuer.token("bob")).statusCode());
    made(principal("first", "workload"));
    made(bind("first", new JsonObject().put("provider", "idp").put("subject", "carol")));
    HttpResponse<String> taken =
        bind("first", new JsonObject().put("provider", "idp").put("subject", "alice"));
    assertTrue(TestPlane.isProblem(taken, ErrorCode.CONFLICT), taken.body());
  }

  @Test
  void wrongProvidersAreRefusedNamingTheField() throws Exception {
    refused("jwksUrl", document().put("jwksUrl", "http://issuer.example/keys"));
    refused("jwksUrl", document().put("jwksUrl", "file:///etc/passwd"));
    refused("jwksUrl", document().put("jwks", issuer.jwks()));
    refused("algorithms", document().put("algorithms", new JsonArray().add("HS256")));
    refused("algorithms", document().put("algorithms", new JsonArray().add("none")));
    JsonObject inline = document().putNull("jwksUrl");
    inline.remove("jwksUrl");
    refused("jwks", inline.copy().put("jwks", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"));
    JsonObject ok = inline.put("jwks", issuer.jwks()).put("name", "in").put("issuer", "https://in");
    assertEquals("DONE", provider(ok).getString("state"));
  }

  private void refused(String field, JsonObject document) throws Exception {
    document
        .put("name", "wrong")
        .put("issuer", "https://wrong-" + KernelRandom.INSTANCE.bytes(1)[0]);
    HttpResponse<String> answer =
        plane.post("security-admin", "/v1/identity-providers", document.encode(), Map.of());
    assertTrue(TestPlane.isProblem(answer, ErrorCode.INVALID_REQUEST), answer.body());
    assertTrue(answer.body().contains("\"field\":\"" + field + "\""), answer.body());
  }

  @Test
  void anAdministratorsRoleTakesAwayWhatCameBefore() throws Exception {
    made(principal("climber", "workload"));
    String token = TestPlane.freshToken();
    HttpResponse<String> given =
        plane.post(
            "security-admin",
            "/v1/principals/climber/token",
            TestPlane.tokenDocument(token),
            Map.of());
    assertEquals(204, given.statusCode(), given.body());
    HttpResponse<String> shown = plane.get("auditor", "/v1/principals/climber");
    assertEquals("\"2\"", shown.headers().firstValue("ETag").orElseThrow());
    HttpRequest.Builder raise =
        plane
            .request("security-admin", "/v1/principals/climber")
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"roles\":[\"platform-admin\"]}"));
    plane.approve("security-admin-2", plane.send(raise));
    HttpResponse<String> after =
        plane.send(
            HttpRequest.newBuilder(plane.uri("/v1/keys"))
                .header("Authorization", "Bearer " + token)
                .GET());
    assertEquals(401, after.statusCode());
  }
}
