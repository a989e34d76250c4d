package dev.cofre.controlplane.server;

import static dev.cofre.controlplane.server.SecretDesk.each;
import static dev.cofre.controlplane.server.SecretDesk.ok;
import static dev.cofre.controlplane.server.SecretDesk.value;
import static dev.cofre.controlplane.server.SecretDesk.without;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups of secrets: what may be in one, who reads by one, who sees one, what is on the log. */
class SecretGroupApiTest {
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

  private static JsonObject draft(String name) {
    return new JsonObject()
        .put("name", name)
        .put("environment", "dev")
        .put("dataClass", "internal")
        .put("owner", "app-owner")
        .put("description", "for tests");
  }

  private static String path(String name) {
    return "/v1/secret-groups/" + name;
  }

  private static void made(String name) throws Exception {
    ok(201, desk.post("security-admin", "/v1/secret-groups", draft(name)));
  }

  private static HttpResponse<String> add(String group, String secret) throws Exception {
    return desk.put("security-admin", path(group) + "/members/" + secret, "");
  }

  private static HttpResponse<String> grant(String group, String reader, String body)
      throws Exception {
    return desk.put("security-admin", path(group) + "/grants/" + reader, body);
  }

  private static HttpResponse<String> readAll(JsonObject asked) throws Exception {
    return desk.post("app", "/v1/secret-values", asked);
  }

  @Test
  void whoIsGrantedAGroupReadsWhatIsInItAsLongAsItIsInIt() throws Exception {
    desk.made("in-1", "one");
    desk.made("in-2", "two");
    desk.made("out", "three");
    made("read");
    ok(200, add("read", "in-1"));
    ok(404, desk.read("in-1"));
    ok(200, grant("read", "app", "{}"));
    assertEquals("one", value(desk.read("in-1")));
    ok(404, desk.read("in-2"));
    ok(200, add("read", "in-2"));
    assertEquals("two", value(desk.read("in-2")));
    ok(404, desk.read("out"));
    String list = plane.get("app", "/v1/secrets?limit=500").body();
    assertTrue(list.contains("\"in-1\"") && list.contains("\"in-2\""), list);
    assertFalse(list.contains("\"out\""), list);

    HttpResponse<String> all = readAll(new JsonObject().put("group", "read"));
    ok(200, all);
    JsonArray items = new JsonObject(all.body()).getJsonArray("items");
    assertEquals(List.of("in-1", "in-2"), each(items, "name"));
    assertEquals("two", SecretDesk.decoded(items.getJsonObject(1)));
    assertEquals(
        List.of(
            "secret-group:show secret-group:read 0 allowed",
            "secret:read in-1 1 allowed",
            "secret:read in-2 1 allowed"),
        desk.records(all));

    ok(204, desk.delete("security-admin", path("read") + "/members/in-1"));
    ok(404, desk.read("in-1"));
    ok(404, desk.delete("security-admin", path("read") + "/members/in-1"));
    assertEquals("two", value(desk.read("in-2")));
    ok(204, desk.delete("security-admin", path("read") + "/grants/app"));
    ok(404, desk.read("in-2"));
    ok(404, desk.delete("security-admin", path("read") + "/grants/app"));
    ok(404, readAll(new JsonObject().put("group", "read")));
  }

  @Test
  void aGrantOnAGroupEnds() throws Exception {
    desk.made("ending", "v");
    made("ends");
    ok(200, add("ends", "ending"));
    String end = plane.clock.instant().plusSeconds(60).toString();
    ok(200, grant("ends", "app", "{\"notAfter\":\"" + end + "\"}"));
    ok(200, desk.read("ending"));
    plane.clock.advance(Duration.ofSeconds(61));
    ok(404, desk.read("ending"));
    ok(404, readAll(new JsonObject().put("group", "ends")));
    String lint = plane.get("auditor", "/v1/policies/lint").body();
    assertTrue(
        lint.contains("the grant of app on secret-group:ends has ended; take it back"), lint);
  }

  @Test
  void whatIsMoreOrLessSensitiveOrElsewhereIsRefused() throws Exception {
    made("sorted");
    desk.made(desk.draft("too-much", "v").put("dataClass", "confidential"));
    desk.made(desk.draft("too-little", "v").put("dataClass", "public"));
    desk.made(desk.draft("elsewhere", "v").put("environment", "prod"));
    for (String unfit : List.of("too-much", "too-little", "elsewhere")) {
      HttpResponse<String> refused = add("sorted", unfit);
      ok(400, refused);
      assertTrue(refused.body().contains("all secrets of the group are of"), refused.body());
    }
    ok(404, add("sorted", "not-there"));
    HttpResponse<String> wildcard = add("sorted", "too-*");
    ok(400, wildcard);
    assertTrue(wildcard.body().contains("exact name"), wildcard.body());
    ok(404, add("not-there", "too-much"));
    ok(400, grant("sorted", "nobody-there", "{}"));
    // A group is in no group, and a role of an engine is no secret.
    ok(404, add("sorted", "secret-group:sorted"));
    ok(404, add("sorted", "engine%2Frole"));
    ok(404, desk.put("security-admin", "/v1/secrets/secret-group:sorted/grants/app", "{}"));
    JsonObject group = desk.shown("auditor", path("sorted"));
    assertEquals(new JsonArray(), group.getJsonArray("members"));
  }

  @Test
  void allThatMustBeKnownIsAskedFor() throws Exception {
    HttpResponse<String> nothing =
        desk.post("security-admin", "/v1/secret-groups", new JsonObject());
    ok(400, nothing);
    assertEquals(
        List.of("dataClass", "description", "environment", "name", "owner"),
        each(new JsonObject(nothing.body()).getJsonArray("errors"), "field").stream()
            .sorted()
            .toList());
    for (JsonObject wrong :
        List.of(
            draft("Bad Name"),
            draft("x".repeat(64)),
            draft("ok").put("owner", "nobody-there"),
            draft("ok").put("dataClass", "secret"),
            draft("ok").put("members", new JsonArray()))) {
      ok(400, desk.post("security-admin", "/v1/secret-groups", wrong));
    }
    made("asked");
    ok(409, desk.post("security-admin", "/v1/secret-groups", draft("asked")));
    JsonObject change = new JsonObject().put("description", "other");
    ok(200, desk.patch("security-admin", path("asked"), change));
    assertEquals("other", desk.shown("auditor", path("asked")).getString("description"));
    JsonObject fixed = new JsonObject().put("dataClass", "public");
    ok(400, desk.patch("security-admin", path("asked"), fixed));
    for (JsonObject wrong :
        List.of(
            new JsonObject(),
            new JsonObject().put("group", 1),
            new JsonObject().put("group", "asked").put("names", new JsonArray().add("a")))) {
      ok(400, readAll(wrong));
    }
  }

  @Test
  void whoHasNoGrantOnItCannotTellWhetherItIsThere() throws Exception {
    desk.made("veiled-secret", "v");
    made("veiled");
    ok(200, add("veiled", "veiled-secret"));
    for (String path : List.of("", "/grants")) {
      HttpResponse<String> there = plane.get("app", path("veiled") + path);
      HttpResponse<String> missing = plane.get("app", path("missing") + path);
      ok(404, there);
      ok(404, missing);
      assertEquals(without(missing), without(there));
      assertEquals(missing.headers().map().keySet(), there.headers().map().keySet());
    }
    assertEquals(
        without(readAll(new JsonObject().put("group", "missing"))),
        without(readAll(new JsonObject().put("group", "veiled"))));
    for (String odd : List.of("VEILED", "veiled%00", "veiled\" or 1=1", "*", "%")) {
      ok(404, readAll(new JsonObject().put("group", odd)));
    }
    assertEquals(
        without(plane.get("app", "/v1/secrets?group=missing")),
        without(plane.get("app", "/v1/secrets?group=veiled")));
    ok(404, plane.get("app", "/v1/secrets?group=veiled"));
    assertFalse(plane.get("app", "/v1/secret-groups").body().contains("veiled"));
    // The secret is in a group that somebody else reads: still it is as if absent.
    ok(200, grant("veiled", "app-owner", "{}"));
    assertEquals(without(desk.read("missing")), without(desk.read("veiled-secret")));
  }

  @Test
  void isSeenByWhoAnswersForItAndManagedByWhoGrants() throws Exception {
    desk.made("seen-secret", "v");
    made("seen");
    ok(200, add("seen", "seen-secret"));
    ok(200, grant("seen", "app", "{}"));
    desk.granted("seen-secret");
    JsonObject shown = desk.shown("app-owner", path("seen"));
    JsonObject member = shown.getJsonArray("members").getJsonObject(0);
    assertEquals("seen-secret", member.getString("secret"));
    assertEquals("security-admin", member.getString("addedBy"));
    for (String who : List.of("security-admin", "auditor", "app-owner", "app")) {
      JsonObject list = desk.shown(who, "/v1/secrets?group=seen");
      assertEquals(List.of("seen-secret"), each(list.getJsonArray("items"), "name"), who);
    }
    JsonObject secret = desk.shown("app-owner", "/v1/secrets/seen-secret");
    assertEquals(new JsonArray().add("seen"), secret.getJsonArray("groups"));
    assertFalse(desk.shown("app", "/v1/secrets/seen-secret").containsKey("groups"));

    // Who reads it is told with what by: the grant on the group, too.
    String grants = "/v1/secrets/seen-secret/grants";
    JsonObject first = desk.shown("app-owner", grants + "?limit=1");
    assertEquals(List.of("secret-group:seen"), each(first.getJsonArray("items"), "secret"));
    String next = first.getString("next").replace(" ", "%20");
    JsonObject second = desk.shown("auditor", grants + "?limit=1&after=" + next);
    assertEquals(List.of("seen-secret"), each(second.getJsonArray("items"), "secret"));
    assertEquals(null, second.getString("next"));
    JsonObject behind = desk.shown("auditor", grants + "?after=app");
    assertEquals(new JsonArray(), behind.getJsonArray("items"));

    for (String who : List.of("app-owner", "auditor", "app")) {
      ok(403, desk.put(who, path("seen") + "/members/seen-secret", ""));
      ok(403, desk.put(who, path("seen") + "/grants/app", "{}"));
      ok(403, desk.delete(who, path("seen")));
    }
    JsonObject other = draft("others").put("owner", "app");
    ok(201, desk.post("security-admin", "/v1/secret-groups", other));
    ok(200, add("others", "seen-secret"));
    ok(404, plane.get("app-owner", path("others")));
    assertFalse(plane.get("app-owner", "/v1/secret-groups").body().contains("others"));
  }

  @Test
  void staysAsLongAsSomebodyReadsByItAndSoDoesWhoIsNamedByIt() throws Exception {
    desk.made("staying", "v");
    made("stays");
    ok(200, add("stays", "staying"));
    ok(200, grant("stays", "app", "{}"));
    HttpResponse<String> read = desk.delete("security-admin", path("stays"));
    assertTrue(TestPlane.isProblem(read, ErrorCode.CONFLICT), read.body());
    ok(409, desk.delete("security-admin", "/v1/principals/app"));
    ok(204, desk.delete("security-admin", path("stays") + "/grants/app"));
    ok(204, desk.delete("security-admin", path("stays")));
    // Who makes another one under the name gets nothing of it.
    made("stays");
    ok(200, grant("stays", "app", "{}"));
    ok(404, desk.read("staying"));
    JsonObject principal =
        new JsonObject().put("id", "keeper").put("roles", new JsonArray().add("app-owner"));
    ok(201, desk.post("security-admin", "/v1/principals", principal));
    ok(201, desk.post("security-admin", "/v1/secret-groups", draft("kept").put("owner", "keeper")));
    HttpResponse<String> kept = desk.delete("security-admin", "/v1/principals/keeper");
    ok(409, kept);
    assertTrue(kept.body().contains("groups of secrets"), kept.body());
  }

  @Test
  void inProdAGrantAndAnAdditionTakeTwoAndAreWhatWasApproved() throws Exception {
    for (String name : List.of("prod-1", "prod-2", "prod-3")) {
      desk.made(desk.draft(name, name).put("environment", "prod"));
    }
    JsonObject prod = draft("live").put("environment", "prod");
    ok(201, desk.post("security-admin", "/v1/secret-groups", prod));
    ok(200, add("live", "prod-1"));
    HttpResponse<String> asked = grant("live", "app", "{}");
    ok(202, asked);
    ok(404, desk.read("prod-1"));
    String changes = new JsonObject(asked.body()).getValue("changes").toString();
    assertTrue(changes.contains("prod-1") && changes.contains("app"), changes);
    // Nobody reads it yet, so adding gives nobody anything; but it is not what was approved then.
    ok(200, add("live", "prod-2"));
    JsonObject late = plane.approve("security-admin-2", asked);
    assertEquals("FAILED", late.getString("state"), late.encode());
    ok(404, desk.read("prod-2"));

    JsonObject done = plane.approve("security-admin-2", grant("live", "app", "{}"));
    assertEquals("DONE", done.getString("state"), done.encode());
    assertEquals("prod-2", value(desk.read("prod-2")));
    HttpResponse<String> third = add("live", "prod-3");
    ok(202, third);
    ok(404, desk.read("prod-3"));
    assertTrue(third.body().contains("prod-3"), third.body());
    JsonObject added = plane.approve("security-admin-2", third);
    assertEquals("DONE", added.getString("state"), added.encode());
    assertEquals("prod-3", value(desk.read("prod-3")));
    HttpResponse<String> again = add("live", "prod-3");
    ok(200, again);
    assertEquals(List.of("secret:grant prod-3 secret-group:live 0 allowed"), desk.records(again));
    ok(204, desk.delete("security-admin", path("live") + "/members/prod-3"));
  }

  @Test
  void holdsWhatIsReadAtOnceAndNoMore() throws Exception {
    made("full");
    ok(200, grant("full", "app", "{}"));
    for (int i = 0; i < 100; i++) {
      String name = String.format("full-%03d", i);
      desk.made(name, "value-" + i);
      ok(200, add("full", name));
    }
    desk.made("full-more", "v");
    HttpResponse<String> more = add("full", "full-more");
    assertTrue(TestPlane.isProblem(more, ErrorCode.CONFLICT), more.body());
    HttpResponse<String> all = readAll(new JsonObject().put("group", "full"));
    ok(200, all);
    JsonArray items = new JsonObject(all.body()).getJsonArray("items");
    assertEquals(100, items.size());
    assertEquals("value-99", SecretDesk.decoded(items.getJsonObject(99)));
    assertEquals(101, desk.records(all).size());
    JsonObject page = desk.shown("auditor", "/v1/secrets?group=full&limit=60");
    String after = page.getString("next");
    JsonObject rest = desk.shown("auditor", "/v1/secrets?group=full&limit=60&after=" + after);
    assertEquals(40, rest.getJsonArray("items").size());
  }
}
