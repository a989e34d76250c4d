package dev.cofre.controlplane.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Static secrets: who writes, who reads, what is stored and what is on the log. */
class SecretApiTest {
  private static final String PLAINTEXT = "plaintext-for-the-search-3f9c2a71d0";

  @TempDir static Path directory;
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.createKey("vault-dev");
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static String coded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
  }

  private static JsonObject draft(String name, String value) {
    return new JsonObject()
        .put("name", name)
        .put("environment", "dev")
        .put("dataClass", "internal")
        .put("owner", "app-owner")
        .put("description", "for tests")
        .put("expiresAt", plane.clock.instant().plus(Duration.ofDays(300)).toString())
        .put("rotation", new JsonObject().put("days", 90))
        .put("value", coded(value));
  }

  private static HttpResponse<String> post(String who, String path, JsonObject body)
      throws Exception {
    return plane.post(who, path, body.encode(), Map.of());
  }

  private static JsonObject made(String name, String value) throws Exception {
    HttpResponse<String> made = post("app-owner", "/v1/secrets", draft(name, value));
    assertEquals(201, made.statusCode(), made.body());
    return new JsonObject(made.body());
  }

  private static HttpResponse<String> write(String name, JsonObject body, String... headers)
      throws Exception {
    Map<String, String> map = headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]);
    return plane.post("app-owner", "/v1/secrets/" + name + "/versions", body.encode(), map);
  }

  private static HttpResponse<String> grant(String name, String reader, String body)
      throws Exception {
    return plane.send(
        plane
            .request("security-admin", "/v1/secrets/" + name + "/grants/" + reader)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  private static void granted(String name) throws Exception {
    HttpResponse<String> granted = grant(name, "app", "{}");
    assertEquals(200, granted.statusCode(), granted.body());
  }

  private static HttpResponse<String> read(String name) throws Exception {
    return plane.get("app", "/v1/secrets/" + name + "/value");
  }

  private static String value(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    String value = new JsonObject(answer.body()).getString("value");
    return new String(Base64.getDecoder().decode(value), UTF_8);
  }

  @Test
  void isWrittenByItsOwnerAndReadByWhoWasGrantedIt() throws Exception {
    JsonObject made = made("written", "one");
    assertEquals(1, made.getInteger("currentVersion"));
    assertFalse(made.encode().contains(coded("one")));
    assertEquals(404, read("written").statusCode());
    granted("written");
    assertEquals("one", value(read("written")));

    HttpResponse<String> second = write("written", new JsonObject().put("value", coded("two")));
    assertEquals(201, second.statusCode(), second.body());
    assertEquals(2, new JsonObject(second.body()).getInteger("version"));
    assertEquals("two", value(read("written")));
    assertEquals("one", value(plane.get("app", "/v1/secrets/written/value?version=1")));
    assertEquals(404, plane.get("app", "/v1/secrets/written/value?version=3").statusCode());
    assertEquals(400, plane.get("app", "/v1/secrets/written/value?version=0").statusCode());
    for (String other : List.of("app-owner", "security-admin", "auditor")) {
      assertEquals(403, plane.get(other, "/v1/secrets/written/value").statusCode(), other);
    }
    for (String other : List.of("crypto-officer", "platform-admin")) {
      assertEquals(404, plane.get(other, "/v1/secrets/written/value").statusCode(), other);
    }
  }

  @Test
  void everyKindOfBytesComesBack() throws Exception {
    byte[] largest = new byte[65_536];
    new java.util.Random(4).nextBytes(largest);
    String text = Base64.getEncoder().encodeToString(largest);
    JsonObject draft = draft("bytes", "x").put("value", text);
    // Some write a slash with a backslash before it.
    String body = draft.encode().replace("/", "\\/");
    assertTrue(body.contains("\\/"));
    HttpResponse<String> made = plane.post("app-owner", "/v1/secrets", body, Map.of());
    assertEquals(201, made.statusCode(), made.body());
    granted("bytes");
    JsonObject read = new JsonObject(read("bytes").body());
    assertArrayEquals(largest, Base64.getDecoder().decode(read.getString("value")));

    String longer = Base64.getEncoder().encodeToString(new byte[65_537]);
    HttpResponse<String> tooLong = write("bytes", new JsonObject().put("value", longer));
    assertTrue(TestPlane.isProblem(tooLong, ErrorCode.PAYLOAD_TOO_LARGE), tooLong.body());
    for (String wrong : List.of("", "YQ", "YR==", "Y Q==", "\u00e9\u00e9==", "-_-_")) {
      assertEquals(400, write("bytes", new JsonObject().put("value", wrong)).statusCode(), wrong);
    }
    for (String wrong :
        List.of("{}", "{\"value\":1}", "{\"value\":null}", "[]", "{\"value\":\"YQ==", "")) {
      HttpResponse<String> refused =
          plane.post("app-owner", "/v1/secrets/bytes/versions", wrong, Map.of());
      assertEquals(400, refused.statusCode(), wrong);
    }
    byte[] utf16 = "{\"value\":\"YQ==\"}".getBytes(java.nio.charset.StandardCharsets.UTF_16BE);
    assertEquals(
        400,
        plane
            .send(
                plane
                    .request("app-owner", "/v1/secrets/bytes/versions")
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(utf16)))
            .statusCode());
    String twice = "{\"value\":\"YQ==\",\"value\":\"YQ==\"}";
    assertEquals(
        400, plane.post("app-owner", "/v1/secrets/bytes/versions", twice, Map.of()).statusCode());
  }

  @Test
  void allThatMustBeKnownIsAskedFor() throws Exception {
    HttpResponse<String> nothing = post("app-owner", "/v1/secrets", new JsonObject());
    assertEquals(400, nothing.statusCode());
    assertEquals(
        List.of(
            "dataClass",
            "description",
            "environment",
            "expiresAt",
            "name",
            "owner",
            "rotation",
            "value"),
        new JsonObject(nothing.body())
            .getJsonArray("errors").stream()
                .map(error -> ((JsonObject) error).getString("field"))
                .sorted()
                .toList());
    List<JsonObject> wrong =
        List.of(
            draft("asked", "v").put("owner", "somebody-else"),
            draft("asked", "v").put("expiresAt", "2020-01-01T00:00:00Z"),
            draft("asked", "v").put("expiresAt", "9000-01-01T00:00:00Z"),
            draft("asked", "v").put("rotation", new JsonObject().put("days", 3_000)),
            draft("asked", "v").put("rotation", new JsonObject()),
            draft("asked", "v").put("rotation", new JsonObject().put("days", 1).put("none", "x")),
            draft("asked", "v").put("rotation", new JsonObject().put("none", " ")),
            draft("As ked", "v"),
            draft("asked", "v").put("unknown", 1));
    for (JsonObject document : wrong) {
      assertEquals(400, post("app-owner", "/v1/secrets", document).statusCode(), document.encode());
    }
    JsonObject prod = draft("asked", "v").put("environment", "prod");
    HttpResponse<String> noKey = post("app-owner", "/v1/secrets", prod);
    assertTrue(TestPlane.isProblem(noKey, ErrorCode.CONFLICT), noKey.body());
    assertTrue(noKey.body().contains("vault-prod"));
    assertEquals(404, plane.get("app-owner", "/v1/secrets/asked").statusCode());
    made("asked", "v");
    assertEquals(409, post("app-owner", "/v1/secrets", draft("asked", "v")).statusCode());
    JsonObject none = draft("unrotated", "v");
    none.put("rotation", new JsonObject().put("none", "the vendor gives one key for ever"));
    assertEquals(201, post("app-owner", "/v1/secrets", none).statusCode());
  }

  @Test
  void whoHasNoGrantCannotTellWhetherItIsThere() throws Exception {
    made("hidden", "v");
    for (String path : List.of("", "/value", "/value?version=1", "/versions", "/grants")) {
      HttpResponse<String> there = plane.get("app", "/v1/secrets/hidden" + path);
      HttpResponse<String> missing = plane.get("app", "/v1/secrets/missing" + path);
      assertEquals(404, there.statusCode(), path);
      assertEquals(404, missing.statusCode(), path);
      assertEquals(without(missing), without(there), path);
      assertEquals(
          missing.headers().map().keySet(), there.headers().map().keySet(), "headers of " + path);
    }
    JsonObject bulk =
        new JsonObject(
            post(
                    "app",
                    "/v1/secret-values",
                    new JsonObject().put("names", new JsonArray().add("hidden").add("missing")))
                .body());
    assertEquals(
        bulk.getJsonArray("items").getJsonObject(0).getJsonObject("error"),
        bulk.getJsonArray("items").getJsonObject(1).getJsonObject("error"));
    for (String odd : List.of("a%00b", "%2A", "..%2F..", "HIDDEN", "x".repeat(200))) {
      assertEquals(404, plane.get("app", "/v1/secrets/" + odd + "/value").statusCode(), odd);
      assertEquals(404, plane.get("auditor", "/v1/secrets/" + odd).statusCode(), odd);
    }
    assertFalse(plane.get("app", "/v1/secrets").body().contains("hidden"));
    HttpResponse<String> write = post("app", "/v1/secrets/hidden/versions", new JsonObject());
    assertEquals(404, write.statusCode());
  }

  private static JsonObject without(HttpResponse<String> answer) {
    JsonObject body = new JsonObject(answer.body());
    assertTrue(body.remove("requestId") != null);
    return body;
  }

  @Test
  void aGrantIsOfOneNameAndEnds() throws Exception {
    made("exact-1", "v");
    made("exact-2", "v");
    granted("exact-1");
    assertEquals(200, read("exact-1").statusCode());
    assertEquals(404, read("exact-2").statusCode());
    assertEquals(404, read("exact-").statusCode());
    HttpResponse<String> wildcard = grant("exact-*", "app", "{}");
    assertEquals(400, wildcard.statusCode());
    assertTrue(wildcard.body().contains("exact name"), wildcard.body());
    assertEquals(400, grant("exact-1", "nobody-there", "{}").statusCode());
    assertEquals(400, grant("exact-1", "a%00b", "{}").statusCode());
    assertEquals(404, grant("exact-3", "app", "{}").statusCode());
    String end = plane.clock.instant().plusSeconds(3_600).toString();
    assertEquals(200, grant("exact-2", "app", "{\"notAfter\":\"" + end + "\"}").statusCode());
    assertEquals(200, read("exact-2").statusCode());
    assertTrue(plane.get("app", "/v1/secrets").body().contains("exact-2"));

    String path = "/v1/secrets/exact-1/grants/app";
    assertEquals(204, plane.send(plane.request("security-admin", path).DELETE()).statusCode());
    assertEquals(404, plane.send(plane.request("security-admin", path).DELETE()).statusCode());
    assertEquals(404, read("exact-1").statusCode());

    assertEquals(200, grant("exact-1", "app-owner", "{}").statusCode());
    String lint = plane.get("auditor", "/v1/policies/lint").body();
    assertTrue(lint.contains("secret-grant-no-workload"), lint);
    HttpResponse<String> taken =
        plane.send(plane.request("security-admin", "/v1/principals/app").DELETE());
    assertEquals(409, taken.statusCode(), "who comes later under the name would have its grants");
    JsonObject listed = new JsonObject(plane.get("app-owner", path.replace("/app", "")).body());
    assertEquals(1, listed.getJsonArray("items").size());
  }

  @Test
  void aPolicyOnTheVaultsKeyIsFoundByTheLint() throws Exception {
    JsonObject policy =
        new JsonObject()
            .put("name", "reaches-the-vault")
            .put("effect", "allow")
            .put("principals", new JsonArray().add("app"))
            .put("actions", new JsonArray().add("decrypt"))
            .put("keys", new JsonArray().add("vault-dev"));
    HttpResponse<String> made = post("security-admin", "/v1/policies", policy);
    assertEquals(201, made.statusCode(), made.body());
    String lint = plane.get("auditor", "/v1/policies/lint").body();
    assertTrue(lint.contains("\"vault-key\""), lint);
  }

  @Test
  void deletedComesBackAndDestroyedTakesTwo() throws Exception {
    made("gone", "one");
    granted("gone");
    write("gone", new JsonObject().put("value", coded("two")));
    assertEquals(200, plane.post("app-owner", "/v1/secrets/gone/delete").statusCode());
    assertEquals(404, read("gone").statusCode());
    JsonObject first = new JsonObject("{\"versions\":[1]}");
    assertEquals(200, post("app-owner", "/v1/secrets/gone/undelete", first).statusCode());
    assertEquals(404, read("gone").statusCode(), "the current one is deleted still");
    assertEquals("one", value(plane.get("app", "/v1/secrets/gone/value?version=1")));
    assertEquals(200, plane.post("app-owner", "/v1/secrets/gone/undelete").statusCode());
    assertEquals("two", value(read("gone")));

    HttpResponse<String> asked = post("app-owner", "/v1/secrets/gone/destroy", first);
    assertEquals(202, asked.statusCode(), asked.body());
    assertEquals("one", value(plane.get("app", "/v1/secrets/gone/value?version=1")));
    JsonObject done = plane.approve("security-admin", asked);
    assertEquals("DONE", done.getString("state"), done.encode());
    assertEquals(404, plane.get("app", "/v1/secrets/gone/value?version=1").statusCode());
    assertEquals(409, post("app-owner", "/v1/secrets/gone/undelete", first).statusCode());
    assertEquals("two", value(read("gone")));
    JsonObject versions = new JsonObject(plane.get("auditor", "/v1/secrets/gone/versions").body());
    assertEquals(
        List.of("DESTROYED", "ACTIVE"),
        versions.getJsonArray("items").stream()
            .map(version -> ((JsonObject) version).getString("state"))
            .toList());
    JsonObject beyond = new JsonObject("{\"versions\":[9]}");
    assertEquals(404, post("app-owner", "/v1/secrets/gone/delete", beyond).statusCode());
  }

  @Test
  void checksAndSets() throws Exception {
    made("cas", "one");
    JsonObject two = new JsonObject().put("value", coded("two")).put("expectedVersion", 1);
    assertEquals(201, write("cas", two).statusCode());
    HttpResponse<String> late = write("cas", two);
    assertTrue(TestPlane.isProblem(late, ErrorCode.PRECONDITION_FAILED), late.body());
    JsonObject three = new JsonObject().put("value", coded("three"));
    assertEquals(412, write("cas", three, "If-Match", "\"1\"").statusCode());
    assertEquals(201, write("cas", three, "If-Match", "\"2\"").statusCode());
    List<Integer> statuses =
        IntStream.range(0, 8)
            .parallel()
            .mapToObj(
                i -> {
                  try {
                    JsonObject next = new JsonObject().put("value", coded("v" + i));
                    return write("cas", next.put("expectedVersion", 3)).statusCode();
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                })
            .toList();
    assertEquals(1, statuses.stream().filter(status -> status == 201).count(), "" + statuses);
    assertTrue(List.of(201, 409, 412).containsAll(statuses), "" + statuses);
  }

  @Test
  void aRepeatedWriteIsAnsweredAgainAndLeavesNoDigestOfItsValue() throws Exception {
    made("again", "one");
    granted("again");
    JsonObject two = new JsonObject().put("value", coded("two"));
    HttpResponse<String> first = write("again", two, "Idempotency-Key", "again-1");
    assertEquals(201, first.statusCode(), first.body());
    HttpResponse<String> second = write("again", two, "Idempotency-Key", "again-1");
    assertEquals(first.body(), second.body());
    JsonObject other = new JsonObject().put("value", coded("TWO"));
    assertEquals(409, write("again", other, "Idempotency-Key", "again-1").statusCode());
    assertEquals("two", value(read("again")));
    assertEquals(
        2,
        new JsonObject(plane.get("app-owner", "/v1/secrets/again").body())
            .getInteger("currentVersion"));
  }

  @Test
  void itsTimeEndsAndIsGivenAgain() throws Exception {
    JsonObject soon = draft("ends", "v");
    soon.put("expiresAt", plane.clock.instant().plusSeconds(120).toString());
    assertEquals(201, post("app-owner", "/v1/secrets", soon).statusCode());
    granted("ends");
    assertEquals(200, read("ends").statusCode());
    plane.clock.advance(Duration.ofSeconds(121));
    assertEquals(409, read("ends").statusCode());
    JsonObject longer =
        new JsonObject()
            .put("expiresAt", plane.clock.instant().plus(Duration.ofDays(9)).toString());
    HttpResponse<String> updated =
        plane.send(
            plane
                .request("app-owner", "/v1/secrets/ends")
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(longer.encode())));
    assertEquals(200, updated.statusCode(), updated.body());
    assertEquals("v", value(read("ends")));
  }

  @Test
  void theVaultsKeyIsTheSwitch() throws Exception {
    made("switched", "v");
    granted("switched");
    assertEquals(200, plane.post("crypto-officer", "/v1/keys/vault-dev/rotate").statusCode());
    assertEquals("v", value(read("switched")));
    assertEquals(200, plane.post("crypto-officer", "/v1/keys/vault-dev/disable").statusCode());
    try {
      HttpResponse<String> refused = read("switched");
      assertTrue(TestPlane.isProblem(refused, ErrorCode.KEY_DISABLED), refused.body());
      JsonObject next = new JsonObject().put("value", coded("w"));
      assertEquals(409, write("switched", next).statusCode());
      assertEquals(404, read("not-there").statusCode(), "who has no grant learns nothing of it");
    } finally {
      assertEquals(200, plane.post("crypto-officer", "/v1/keys/vault-dev/enable").statusCode());
    }
    assertEquals("v", value(read("switched")));
  }

  @Test
  void manyAreReadAtOnceEachWithItsRecord() throws Exception {
    made("bulk-1", "one");
    made("bulk-2", "two");
    granted("bulk-1");
    granted("bulk-2");
    JsonObject names =
        new JsonObject().put("names", new JsonArray().add("bulk-1").add("none").add("bulk-2"));
    HttpResponse<String> answer = post("app", "/v1/secret-values", names);
    assertEquals(200, answer.statusCode(), answer.body());
    JsonArray items = new JsonObject(answer.body()).getJsonArray("items");
    assertEquals(coded("one"), items.getJsonObject(0).getString("value"));
    assertEquals("not_found", items.getJsonObject(1).getJsonObject("error").getString("code"));
    assertEquals(coded("two"), items.getJsonObject(2).getString("value"));
    String id = answer.headers().firstValue("Request-Id").orElseThrow();
    List<JsonObject> records =
        plane.audit().stream().filter(event -> id.equals(event.getString("requestId"))).toList();
    assertEquals(
        List.of("bulk-1 allowed", "none denied", "bulk-2 allowed"),
        records.stream()
            .map(event -> event.getString("key") + " " + event.getString("outcome"))
            .toList());
    for (JsonObject event : records) {
      assertEquals("secret:read", event.getString("action"));
      assertEquals("app", event.getString("principal"));
      assertEquals("127.0.0.1", event.getString("address"));
    }
    assertEquals(1, records.getFirst().getInteger("keyVersion"));
    JsonArray many = new JsonArray(IntStream.range(0, 101).mapToObj(i -> "n" + i).toList());
    assertEquals(
        400, post("app", "/v1/secret-values", new JsonObject().put("names", many)).statusCode());
  }

  @Test
  void neitherStoreNorLogHoldsThePlaintext() throws Exception {
    made("searched", PLAINTEXT);
    granted("searched");
    write(
        "searched", new JsonObject().put("value", coded(PLAINTEXT + "-2")), "Idempotency-Key", "s");
    assertEquals(PLAINTEXT + "-2", value(read("searched")));
    assertTrue(files("searched").size() >= 2, "the name is found in the store and on the log");
    assertEquals(List.of(), files(PLAINTEXT));
    byte[] bytes = PLAINTEXT.getBytes(UTF_8);
    assertEquals(List.of(), files(HexFormat.of().formatHex(bytes)));
    String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
    assertEquals(List.of(), files(base64.substring(0, base64.length() - 2)));
  }

  /** The files of the plane that hold {@code text}, but not this test's own tokens. */
  private static List<Path> files(String text) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.toString().endsWith(".lock"))
          .filter(
              file -> {
                try {
                  return Files.readString(file, ISO_8859_1).contains(text);
                } catch (java.io.IOException e) {
                  throw new AssertionError(e);
                }
              })
          .toList();
    }
  }

  @Test
  void whatOutlivesARestart() throws Exception {
    made("restarted", "kept");
    granted("restarted");
    plane.plane.close();
    plane.start();
    assertEquals("kept", value(read("restarted")));
  }
}
