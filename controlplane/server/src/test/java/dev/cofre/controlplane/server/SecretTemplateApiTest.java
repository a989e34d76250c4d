package dev.cofre.controlplane.server;

import static dev.cofre.controlplane.server.SecretDesk.coded;
import static dev.cofre.controlplane.server.SecretDesk.each;
import static dev.cofre.controlplane.server.SecretDesk.ok;
import static dev.cofre.controlplane.server.SecretDesk.value;
import static dev.cofre.controlplane.server.SecretDesk.without;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets that refer to others: what is filled in, who gets it, and what is on the log. */
class SecretTemplateApiTest {
  private static final String PLAINTEXT = "plaintext-for-the-search-7be1f0c2";

  @TempDir static Path directory;
  private static TestPlane plane;
  private static SecretDesk desk;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    desk = new SecretDesk(plane);
    plane.createKey("vault-dev");
    plane.createKey("vault-prod", "prod");
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static JsonObject template(String name, String text) {
    return desk.draft(name, text).put("template", true);
  }

  private static JsonObject version(String text) {
    return new JsonObject().put("value", coded(text)).put("template", true);
  }

  /** That {@code answer} is 400 about the value, in words that hold {@code what}. */
  private static void refused(String what, HttpResponse<String> answer) {
    ok(400, answer);
    JsonObject error = new JsonObject(answer.body()).getJsonArray("errors").getJsonObject(0);
    assertEquals("value", error.getString("field"));
    assertTrue(error.getString("message").contains(what), answer.body());
  }

  private static void problem(ErrorCode code, String what, HttpResponse<String> answer) {
    assertTrue(TestPlane.isProblem(answer, code), answer.body());
    assertTrue(answer.body().contains(what), answer.body());
  }

  @Test
  void isFilledWhenThatIsAskedForAndEachReadIsOnTheLog() throws Exception {
    desk.readable("url-host", "db.internal");
    desk.readable("url-user", "app@shop");
    desk.readable("url-password", "p/w%:\"\n");
    desk.template(
        "url", "postgres://{{url-user|url}}:{{ url-password | trim | url }}@{{url-host}}/shop");
    String raw = "postgres://{{url-user|url}}:{{ url-password | trim | url }}@{{url-host}}/shop";
    JsonObject plain = new JsonObject(desk.read("url").body());
    assertEquals(raw, SecretDesk.decoded(plain));
    assertTrue(plain.getBoolean("template"));
    assertFalse(plain.containsKey("references"));

    HttpResponse<String> filled = desk.resolve("url");
    assertEquals("postgres://app%40shop:p%2Fw%25%3A%22@db.internal/shop", value(filled));
    assertEquals(
        List.of("url-host", "url-password", "url-user"),
        each(new JsonObject(filled.body()).getJsonArray("references"), "name").stream()
            .sorted()
            .toList());
    List<String> records = desk.records(filled);
    assertEquals(
        Set.of(
            "secret:read url-host 1 allowed",
            "secret:read url-password 1 allowed",
            "secret:read url-user 1 allowed",
            "secret:read url 1 allowed"),
        Set.copyOf(records));
    assertEquals(4, records.size());
    assertEquals("secret:read url 1 allowed", records.getLast());

    desk.written("url-host", "db2.internal");
    assertEquals(
        "postgres://app%40shop:p%2Fw%25%3A%22@db2.internal/shop", value(desk.resolve("url")));
    assertEquals(raw, value(plane.get("app", "/v1/secrets/url/value?resolve=false")));
    ok(400, plane.get("app", "/v1/secrets/url/value?resolve=1"));
    assertEquals("db2.internal", value(desk.resolve("url-host")));
    assertFalse(desk.resolve("url-host").body().contains("\"template\""));
  }

  @Test
  void aPinnedVersionStaysAndAnOlderTemplateIsFilledAsItWas() throws Exception {
    desk.readable("pin-a", "one");
    desk.template("pin", "{{pin-a@1}} {{pin-a}}");
    desk.written("pin-a", "two");
    assertEquals("one two", value(desk.resolve("pin")));
    ok(201, desk.write("pin", version("<{{pin-a}}>")));
    assertEquals("<two>", value(desk.resolve("pin")));
    assertEquals(
        "one two", value(plane.get("app", "/v1/secrets/pin/value?version=1&resolve=true")));
    refused("version 9", desk.write("pin", version("{{pin-a@9}}")));
    // An earlier value of its own is no circle.
    desk.written("pin", "plain");
    ok(201, desk.write("pin", version("was {{pin@3}}")));
    assertEquals("was plain", value(desk.resolve("pin")));
  }

  @Test
  void whatIsNotMarkedIsLeftAsItIs() throws Exception {
    desk.readable("chance-other", "other");
    desk.readable("chance", "{{chance-other}}");
    assertEquals("{{chance-other}}", value(desk.resolve("chance")));
    // What is filled in is not looked at, though it looks like a place.
    desk.template("around", "[{{chance}}]");
    assertEquals("[{{chance-other}}]", value(desk.resolve("around")));
    // But a template is filled where another one refers to it.
    desk.template("inner", "<{{chance-other}}>");
    desk.template("outer", "{{inner}}{{chance}}");
    HttpResponse<String> outer = desk.resolve("outer");
    assertEquals("<other>{{chance-other}}", value(outer));
    assertEquals(4, desk.records(outer).size(), "each value once");
    // Two places whose values make a third one together are not a place.
    desk.readable("half-1", "{{chance-");
    desk.readable("half-2", "other}}");
    desk.template("whole", "{{half-1}}{{half-2}}");
    assertEquals("{{chance-other}}", value(desk.resolve("whole")));
  }

  @Test
  void aReaderWhoLacksOneGrantOfThreeGetsNothing() throws Exception {
    desk.readable("three-1", "one");
    desk.readable("three-2", "two");
    desk.made("three-3", "three");
    desk.template("three", "{{three-1}}{{three-2}}{{three-3}}");
    HttpResponse<String> there = desk.resolve("three");
    problem(ErrorCode.NOT_FOUND, "three-3", there);
    assertEquals(
        List.of("secret:read three-3 0 denied", "secret:read three 0 denied"), desk.records(there));
    assertEquals("{{three-1}}{{three-2}}{{three-3}}", value(desk.read("three")));
    desk.granted("three-3");
    assertEquals("onetwothree", value(desk.resolve("three")));

    // By a grant on a group it is the same.
    desk.ungranted("three-3");
    JsonObject group =
        new JsonObject("{\"name\":\"three\",\"environment\":\"dev\",\"dataClass\":\"internal\"}")
            .put("owner", "app-owner")
            .put("description", "tests");
    ok(201, desk.post("security-admin", "/v1/secret-groups", group));
    ok(200, desk.put("security-admin", "/v1/secret-groups/three/members/three-3", ""));
    ok(200, desk.put("security-admin", "/v1/secret-groups/three/grants/app", "{}"));
    assertEquals("onetwothree", value(desk.resolve("three")));
  }

  @Test
  void whetherWhatItRefersToIsThereIsNotToldToWhoHasNoGrantOnIt() throws Exception {
    desk.made("blind-target", "v");
    desk.template("blind", "{{blind-target}}");
    JsonObject active = without(desk.resolve("blind"));
    assertEquals("not_found", active.getString("code"));
    JsonObject force = new JsonObject().put("force", true);
    ok(200, desk.post("app-owner", "/v1/secrets/blind-target/delete", force));
    assertEquals(active, without(desk.resolve("blind")), "deleted");
    plane.approve(
        "security-admin", desk.post("app-owner", "/v1/secrets/blind-target/destroy", force));
    assertEquals(active, without(desk.resolve("blind")), "destroyed");
    JsonObject other = new JsonObject().put("owner", "app");
    ok(200, desk.patch("security-admin", "/v1/secrets/blind-target", other));
    assertEquals(active, without(desk.resolve("blind")), "somebody else's");
    // Who may not read the template learns nothing of it at all.
    desk.ungranted("blind");
    HttpResponse<String> missing = desk.resolve("not-there");
    assertEquals(without(missing), without(desk.resolve("blind")));
    assertEquals(missing.headers().map().keySet(), desk.resolve("blind").headers().map().keySet());
  }

  @Test
  void isWrittenOfItsOwnersSecretsOfItsEnvironmentAndSensitivityAlone() throws Exception {
    desk.made("rule-own", "v");
    desk.made(desk.draft("rule-hot", "v").put("dataClass", "confidential"));
    desk.made(desk.draft("rule-prod", "v").put("environment", "prod"));
    desk.made("rule-foreign", "v");
    JsonObject other = new JsonObject().put("owner", "app");
    ok(200, desk.patch("security-admin", "/v1/secrets/rule-foreign", other));
    refused("more sensitive", desk.make(template("rule", "{{rule-hot}}")));
    refused("another environment", desk.make(template("rule", "{{rule-prod}}")));
    // Others' secrets are as if they were not there.
    HttpResponse<String> foreign = desk.make(template("rule", "{{rule-foreign}}"));
    refused("does not own", foreign);
    assertEquals(
        without(foreign).encode().replace("rule-foreign", "X"),
        without(desk.make(template("rule", "{{rule-missing}}")))
            .encode()
            .replace("rule-missing", "X"));
    refused("does not own", desk.make(template("rule", "{{rule}}")));
    JsonObject hot = template("rule", "{{rule-hot}}").put("dataClass", "confidential");
    desk.made(hot);
    desk.granted("rule");
    desk.granted("rule-hot");
    assertEquals("v", value(desk.resolve("rule")));

    // What has another owner later is not filled in: who wrote the template does not decide on it.
    ok(200, desk.patch("security-admin", "/v1/secrets/rule-hot", other));
    problem(ErrorCode.CONFLICT, "another owner", desk.resolve("rule"));
  }

  @Test
  void whatIsNoTemplateIsRefusedWithoutQuotingIt() throws Exception {
    desk.made("form", "v");
    for (String wrong :
        List.of(
            "no place",
            "{{",
            "{{form",
            "{{form}",
            "{{ hunter2! }}",
            "{{Form}}",
            "{{form@0}}",
            "{{form@1234567890}}",
            "{{form|shell}}",
            "{{form|url|trim}}",
            "{{form|url|json}}",
            "{{{form}}}",
            "{{form}} {{",
            "{{for\nm}}",
            "{{" + " ".repeat(300) + "form}}",
            "{{form}}".repeat(51))) {
      HttpResponse<String> answer = desk.make(template("form-template", wrong));
      refused("must be a template", answer);
      assertFalse(answer.body().contains("hunter2"), answer.body());
    }
    String many =
        IntStream.range(0, 100).mapToObj(i -> "{{n" + i + "}}").collect(Collectors.joining());
    refused("must be a template", desk.make(template("form-template", many)));
    String twentyOne =
        IntStream.range(0, 21).mapToObj(i -> "{{n" + i + "}}").collect(Collectors.joining());
    refused("different references", desk.make(template("form-template", twentyOne)));
    for (String odd : List.of("\"true\"", "1", "null")) {
      String body = "{\"value\":\"" + coded("{{form}}") + "\",\"template\":" + odd + "}";
      int status =
          plane.post("app-owner", "/v1/secrets/form/versions", body, Map.of()).statusCode();
      assertEquals(odd.equals("null") ? 201 : 400, status, odd);
    }
    desk.made(template("form-template", "}} {x} {{ form@1 | trim | json }}}"));
    desk.granted("form-template");
    desk.granted("form");
    assertEquals("}} {x} \"v\"}", value(desk.resolve("form-template")));
  }

  @Test
  void circlesAreRefusedWhenWrittenAndWhenRead() throws Exception {
    desk.readable("circle-a", "v");
    desk.template("circle-b", "{{circle-a}}");
    desk.template("circle-c", "{{circle-b}}");
    refused("refers to itself", desk.write("circle-a", version("{{circle-a}}")));
    refused("refers to itself", desk.write("circle-a", version("{{circle-b}}")));
    refused("refers to itself", desk.write("circle-a", version("x {{circle-c}}")));
    refused("refers to itself", desk.write("circle-a", version("{{circle-a@2}}")));
    // One that was closed in the store by another hand ends all the same.
    String from = "(select id from secret where name = 'circle-b')";
    store("update secret_reference set target = 'circle-c' where secret_id = " + from);
    problem(ErrorCode.CONFLICT, "refers to itself", desk.resolve("circle-c"));
    problem(ErrorCode.CONFLICT, "refers to itself", desk.resolve("circle-b"));
  }

  @Test
  void depthAndNumberHaveLimits() throws Exception {
    desk.readable("deep-0", "v");
    for (int i = 1; i <= 5; i++) {
      desk.template("deep-" + i, "({{deep-" + (i - 1) + "}})");
    }
    assertEquals("(((((v)))))", value(desk.resolve("deep-5")));
    refused("at most 5 references", desk.make(template("deep-6", "{{deep-5}}")));
    // What is written beneath makes those above it too deep: they are refused when they are read.
    desk.readable("deeper", "w");
    ok(201, desk.write("deep-0", version("{{deeper}}")));
    problem(ErrorCode.CONFLICT, "more than 5 references", desk.resolve("deep-5"));
    assertEquals("((((w))))", value(desk.resolve("deep-4")));

    List<String> wide = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      desk.readable("wide-" + i, "" + i % 10);
      wide.add("{{wide-" + i + "}}");
    }
    for (int i = 0; i < 3; i++) {
      desk.template("wide-t" + i, String.join("", wide.subList(20 * i, 20 * i + 20)));
    }
    assertEquals("01234567890123456789", value(desk.resolve("wide-t0")));
    desk.template("wide-two", "{{wide-t0}}{{wide-t1}}");
    assertEquals(40, value(desk.resolve("wide-two")).length());
    refused("at most 50 values", desk.make(template("wide-all", "{{wide-two}}{{wide-t2}}")));
    // Five of 43 values are more than one request has opened.
    JsonArray names = new JsonArray();
    for (int i = 0; i < 5; i++) {
      desk.template("wide-again" + i, "{{wide-two}}");
      names.add("wide-again" + i);
    }
    JsonObject asked = new JsonObject().put("names", names).put("resolve", true);
    HttpResponse<String> tooMany = desk.post("app", "/v1/secret-values", asked);
    problem(ErrorCode.PAYLOAD_TOO_LARGE, "200", tooMany);
    names.remove(4);
    ok(200, desk.post("app", "/v1/secret-values", asked));

    desk.readable("long", "x".repeat(65_536));
    desk.template("long-1", "{{long}}");
    assertEquals(65_536, value(desk.resolve("long-1")).length());
    desk.template("long-2", "{{long}}{{long}}");
    problem(ErrorCode.PAYLOAD_TOO_LARGE, "more than 65536 bytes", desk.resolve("long-2"));
    desk.template("long-3", "{{long}}!");
    problem(ErrorCode.PAYLOAD_TOO_LARGE, "more than 65536 bytes", desk.resolve("long-3"));
  }

  @Test
  void bytesThatJsonDoesNotTakeAreRefusedAndOthersAreNot() throws Exception {
    JsonObject binary = desk.draft("binary", "x").put("value", "AP/+");
    desk.made(binary);
    desk.granted("binary");
    desk.template("binary-json", "{{binary|json}}");
    problem(ErrorCode.CONFLICT, "not UTF-8", desk.resolve("binary-json"));
    desk.template("binary-url", "{{binary|url}}");
    assertEquals("%00%FF%FE", value(desk.resolve("binary-url")));
    desk.readable("quotes", "a\"b\\c\n\u00e9\ud83d\udd11\",\"admin\":\"");
    desk.template("quotes-json", "{\"password\":{{quotes|json}}}");
    JsonObject read = new JsonObject(value(desk.resolve("quotes-json")));
    assertEquals(Set.of("password"), read.fieldNames());
    assertEquals("a\"b\\c\n\u00e9\ud83d\udd11\",\"admin\":\"", read.getString("password"));
  }

  @Test
  void anExpiredDeletedOrDestroyedValueIsToldToWhoMayReadIt() throws Exception {
    JsonObject soon = desk.draft("ends-soon", "v");
    soon.put("expiresAt", plane.clock.instant().plusSeconds(60).toString());
    desk.made(soon);
    desk.granted("ends-soon");
    desk.template("ends", "{{ends-soon}}");
    assertEquals("v", value(desk.resolve("ends")));
    plane.clock.advance(Duration.ofSeconds(61));
    problem(ErrorCode.CONFLICT, "expired", desk.resolve("ends"));

    desk.readable("taken", "one");
    desk.written("taken", "two");
    desk.template("taking", "{{taken}}");
    desk.template("taking-1", "{{taken@1}}");
    JsonObject shown = desk.shown("app-owner", "/v1/secrets/taken");
    assertEquals(
        new JsonArray()
            .add(new JsonObject("{\"name\":\"taking\",\"version\":1}"))
            .add(new JsonObject("{\"name\":\"taking-1\",\"version\":1,\"refersTo\":1}")),
        shown.getJsonArray("referredBy"));
    assertFalse(desk.shown("app", "/v1/secrets/taken").containsKey("referredBy"));
    JsonObject taking = desk.shown("auditor", "/v1/secrets/taking-1");
    assertEquals(
        new JsonArray().add(new JsonObject("{\"name\":\"taken\",\"version\":1}")),
        taking.getJsonArray("references"));

    for (String how : List.of("delete", "destroy")) {
      String path = "/v1/secrets/taken/" + how;
      problem(ErrorCode.CONFLICT, "taking", desk.post("app-owner", path, new JsonObject()));
      JsonObject current = new JsonObject("{\"versions\":[2]}");
      HttpResponse<String> refused = desk.post("app-owner", path, current);
      problem(ErrorCode.CONFLICT, "taking", refused);
      assertFalse(refused.body().contains("taking-1"), refused.body());
    }
    ok(
        400,
        desk.post("app-owner", "/v1/secrets/taken/undelete", new JsonObject("{\"force\":true}")));
    JsonObject first = new JsonObject("{\"versions\":[1],\"force\":true}");
    ok(200, desk.post("app-owner", "/v1/secrets/taken/delete", first));
    problem(ErrorCode.NOT_FOUND, "deleted", desk.resolve("taking-1"));
    assertEquals("two", value(desk.resolve("taking")));
    ok(200, desk.post("app-owner", "/v1/secrets/taken/undelete", new JsonObject()));
    assertEquals("one", value(desk.resolve("taking-1")));
    HttpResponse<String> asked = desk.post("app-owner", "/v1/secrets/taken/destroy", first);
    assertTrue(asked.body().contains("templates refer to it: taking-1"), asked.body());
    plane.approve("security-admin", asked);
    problem(ErrorCode.NOT_FOUND, "destroyed", desk.resolve("taking-1"));
    // The template that refers to it goes first; then nothing is in the way.
    plane.approve(
        "security-admin", desk.post("app-owner", "/v1/secrets/taking/destroy", new JsonObject()));
    assertEquals(
        new JsonArray(), desk.shown("app-owner", "/v1/secrets/taking").getJsonArray("references"));
    ok(200, desk.post("app-owner", "/v1/secrets/taken/delete", new JsonObject()));
  }

  @Test
  void aValueThatIsDestroyedMeanwhileIsThereWhollyOrNotAtAll() throws Exception {
    desk.readable("racing-a", "left");
    desk.readable("racing-b", "right");
    desk.template("racing", "{{racing-a}}-{{racing-b}}");
    HttpResponse<String> asked =
        desk.post("app-owner", "/v1/secrets/racing-b/destroy", new JsonObject().put("force", true));
    ok(202, asked);
    List<CompletableFuture<List<HttpResponse<String>>>> readers =
        IntStream.range(0, 4)
            .mapToObj(i -> CompletableFuture.supplyAsync(SecretTemplateApiTest::readUntilGone))
            .toList();
    JsonObject done = plane.approve("security-admin", asked);
    assertEquals("DONE", done.getString("state"), done.encode());
    Set<Integer> seen = new TreeSet<>();
    for (CompletableFuture<List<HttpResponse<String>>> reader : readers) {
      for (HttpResponse<String> answer : reader.join()) {
        seen.add(answer.statusCode());
        if (answer.statusCode() == 200) {
          assertEquals("left-right", value(answer));
        } else {
          problem(ErrorCode.NOT_FOUND, "destroyed", answer);
        }
      }
    }
    assertTrue(seen.contains(404), "" + seen);
  }

  private static List<HttpResponse<String>> readUntilGone() {
    List<HttpResponse<String>> answers = new ArrayList<>();
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    try {
      do {
        answers.add(desk.resolve("racing"));
      } while (answers.getLast().statusCode() == 200 && System.nanoTime() < end);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return answers;
  }

  @Test
  void rowsThatAnotherHandChangedGiveNothing() throws Exception {
    desk.readable("forged-a", "a");
    desk.readable("forged-b", "b");
    desk.template("forged", "{{forged-a}}");
    desk.readable("forged-plain", "{{forged-a}}");
    String of = "(select id from secret where name = '%s')";
    // What the reader is let through by is another secret than the one in the text.
    store(
        "update secret_reference set target = 'forged-b' where secret_id = "
            + of.formatted("forged"));
    problem(ErrorCode.CONFLICT, "another hand", desk.resolve("forged"));
    store("delete from secret_reference where secret_id = " + of.formatted("forged"));
    problem(ErrorCode.CONFLICT, "another hand", desk.resolve("forged"));
    // A value that was none is made a template, and the other way round.
    store(
        "update secret_version set template = true where secret_id = "
            + of.formatted("forged-plain"));
    problem(ErrorCode.CONFLICT, "does not verify", desk.resolve("forged-plain"));
    store("update secret_version set template = false where secret_id = " + of.formatted("forged"));
    problem(ErrorCode.CONFLICT, "does not verify", desk.resolve("forged"));
  }

  private static void store(String sql) throws Exception {
    String url = "jdbc:h2:file:" + directory.resolve("store");
    try (Connection store = DriverManager.getConnection(url, "cofre", "")) {
      assertEquals(1, store.createStatement().executeUpdate(sql), sql);
    }
  }

  @Test
  void severalAreReadAtOnceEachWithItsOwnOutcome() throws Exception {
    desk.readable("bulk-a", "a");
    desk.made("bulk-b", "b");
    desk.template("bulk-1", "1{{bulk-a}}");
    desk.template("bulk-2", "2{{bulk-b}}");
    JsonObject asked =
        new JsonObject()
            .put("names", new JsonArray().add("bulk-1").add("bulk-2").add("bulk-a"))
            .put("resolve", true);
    HttpResponse<String> answer = desk.post("app", "/v1/secret-values", asked);
    ok(200, answer);
    JsonArray items = new JsonObject(answer.body()).getJsonArray("items");
    assertEquals("1a", SecretDesk.decoded(items.getJsonObject(0)));
    JsonObject error = items.getJsonObject(1).getJsonObject("error");
    assertEquals("not_found", error.getString("code"));
    assertEquals("a", SecretDesk.decoded(items.getJsonObject(2)));
    assertEquals(
        List.of(
            "secret:read bulk-a 1 allowed",
            "secret:read bulk-1 1 allowed",
            "secret:read bulk-b 0 denied",
            "secret:read bulk-2 0 denied",
            "secret:read bulk-a 1 allowed"),
        desk.records(answer));
    asked.remove("resolve");
    HttpResponse<String> raw = desk.post("app", "/v1/secret-values", asked);
    items = new JsonObject(raw.body()).getJsonArray("items");
    assertEquals("2{{bulk-b}}", SecretDesk.decoded(items.getJsonObject(1)));
  }

  @Test
  void aRepeatedWriteIsAnsweredAgainAndTheFlagIsPartOfIt() throws Exception {
    desk.made("repeat-a", "a");
    desk.made("repeat", "v");
    Map<String, String> key = Map.of("Idempotency-Key", "template-1");
    String path = "/v1/secrets/repeat/versions";
    HttpResponse<String> first =
        plane.post("app-owner", path, version("{{repeat-a}}").encode(), key);
    ok(201, first);
    assertTrue(new JsonObject(first.body()).getBoolean("template"));
    HttpResponse<String> again =
        plane.post("app-owner", path, version("{{repeat-a}}").encode(), key);
    assertEquals(first.body(), again.body());
    JsonObject plain = new JsonObject().put("value", coded("{{repeat-a}}"));
    ok(409, plane.post("app-owner", path, plain.encode(), key));
  }

  @Test
  void theStoreHoldsNamesAndNoTexts() throws Exception {
    desk.readable("search-a", PLAINTEXT + "-target");
    desk.template("search", PLAINTEXT + "-text {{search-a}}");
    assertTrue(value(desk.resolve("search")).endsWith(PLAINTEXT + "-target"));
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (!file.toString().endsWith(".lock")) {
          String text = Files.readString(file, ISO_8859_1);
          assertFalse(text.contains(PLAINTEXT), file.toString());
        }
      }
    }
    plane.plane.close();
    plane.start();
    assertTrue(value(desk.resolve("search")).endsWith(PLAINTEXT + "-target"), "after a restart");
  }
}
