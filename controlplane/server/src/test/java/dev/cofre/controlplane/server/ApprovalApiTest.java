package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApprovalApiTest {
  @TempDir static Path directory;
  private static TestPlane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.createKey("prod-key", "prod");
    plane.createKey("dev-key", "dev");
    plane.plane.close();
    try (Store store = Store.open(plane.location(), Clock.systemUTC())) {
      add(store, "security-admin-3", Set.of(Role.SECURITY_ADMIN));
      add(store, "both-hands", Set.of(Role.SECURITY_ADMIN, Role.WORKLOAD));
      add(store, "second-app", Set.of(Role.WORKLOAD));
    }
    plane.start();
  }

  private static void add(Store store, String id, Set<Role> roles) throws Exception {
    BearerToken token = BearerToken.generate(dev.cofre.contract.random.KernelRandom.INSTANCE);
    store.change(
        tx -> {
          Principal principal =
              new Principal(id, "default", roles, Stamp.created(tx.now(), "test"));
          tx.principals().insert(principal);
          tx.principals().replaceTokens(principal, token.digest(), tx.now());
          return null;
        });
    Files.write(directory.resolve("tokens").resolve(id + ".token"), token.fileContents());
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  void whatTouchesProdWaitsForAnotherPersonAndRunsAsItWasSent() throws Exception {
    String body = policy("runs", "prod-key", "app");
    HttpResponse<String> asked =
        plane.post(
            "security-admin", "/v1/policies", body, Map.of("Cofre-Reason", "release%204%2e7"));
    JsonObject pending = pending(asked);
    String path = "/v1/approvals/" + pending.getString("id");
    assertEquals(path, asked.headers().firstValue("Location").orElse(""));
    assertEquals("release 4.7", pending.getString("reason"));
    assertEquals("policy:create", pending.getString("action"));
    assertEquals(new JsonObject(body), pending.getJsonObject("request").getJsonObject("document"));
    List<?> changes = pending.getJsonArray("changes").getList();
    assertTrue(changes.contains("+ name: \"runs\""), changes::toString);
    assertTrue(changes.toString().contains("prod-key (prod, "), changes::toString);
    assertFalse(exists("runs"));

    HttpResponse<String> own = approve("security-admin", pending);
    assertTrue(TestPlane.isProblem(own, ErrorCode.FORBIDDEN), own.body());
    HttpResponse<String> officer = approve("crypto-officer", pending);
    assertTrue(TestPlane.isProblem(officer, ErrorCode.NOT_FOUND), officer.body());
    assertTrue(TestPlane.isProblem(approve("app", pending), ErrorCode.FORBIDDEN));
    HttpResponse<String> both = approve("both-hands", pending);
    assertTrue(TestPlane.isProblem(both, ErrorCode.FORBIDDEN), both.body());
    HttpResponse<String> wrong =
        approve("security-admin-2", pending.copy().put("digest", "0".repeat(64)));
    assertTrue(TestPlane.isProblem(wrong, ErrorCode.PRECONDITION_FAILED), wrong.body());
    assertFalse(exists("runs"));

    JsonObject done = new JsonObject(approve("security-admin-2", pending).body());
    assertEquals("DONE", done.getString("state"), done::encode);
    assertEquals(201, done.getJsonObject("answer").getInteger("status"));
    JsonObject made = done.getJsonObject("answer").getJsonObject("document");
    assertEquals("security-admin", made.getString("createdBy"), "it runs as its requester");
    assertEquals(200, plane.get("auditor", "/v1/policies/" + made.getString("id")).statusCode());
    assertEquals(done, new JsonObject(plane.get("auditor", path).body()));
    assertTrue(
        TestPlane.isProblem(approve("security-admin-3", pending), ErrorCode.CONFLICT),
        "it is decided");

    JsonObject removal = pending(delete("security-admin-2", made, Map.of()));
    assertTrue(
        removal.getJsonArray("changes").getList().contains("- name: \"runs\""), removal::encode);
    JsonObject gone = new JsonObject(approve("security-admin", removal).body());
    assertEquals(204, gone.getJsonObject("answer").getInteger("status"), gone::encode);
    assertFalse(exists("runs"));
    assertAudited(pending, "approval:request", "approval:approve", "approval:run");
  }

  private static void assertAudited(JsonObject pending, String... actions) throws Exception {
    String subject = pending.getString("id") + " sha256:" + pending.getString("digest");
    List<String> found =
        plane.audit().stream()
            .filter(event -> subject.equals(event.getString("key")))
            .map(event -> event.getString("action"))
            .toList();
    assertEquals(List.of(actions), found);
  }

  @Test
  void whatDoesNotTouchProdRunsAtOnce() throws Exception {
    String body = policy("at-once", "dev-key", "app");
    assertEquals(201, plane.post("security-admin", "/v1/policies", body, Map.of()).statusCode());
  }

  @Test
  void whatIsWrongIsRefusedBeforeAnybodyIsAsked() throws Exception {
    int before = waiting();
    String dangling = policy("dangling", "prod-key", "nobody");
    assertTrue(
        TestPlane.isProblem(
            plane.post("security-admin", "/v1/policies", dangling, Map.of()),
            ErrorCode.INVALID_REQUEST));
    String body = policy("not-mine", "prod-key", "app");
    assertTrue(
        TestPlane.isProblem(
            plane.post("crypto-officer", "/v1/policies", body, Map.of()), ErrorCode.FORBIDDEN));
    String controls = Map.of("Cofre-Reason", "%00").toString();
    assertTrue(
        TestPlane.isProblem(
            plane.post("security-admin", "/v1/policies", body, Map.of("Cofre-Reason", "%00")),
            ErrorCode.INVALID_REQUEST),
        controls);
    assertEquals(before, waiting());
  }

  @Test
  void oneWhoGainsByItDoesNotApproveIt() throws Exception {
    JsonObject pending = ask(policy("in-favour", "prod-key", "security-admin-3"));
    HttpResponse<String> favour = approve("security-admin-3", pending);
    assertTrue(TestPlane.isProblem(favour, ErrorCode.FORBIDDEN), favour.body());
    assertEquals("DONE", state(approve("security-admin-2", pending)));
  }

  @Test
  void isRejectedOrWithdrawnOnceAndThenNeverRuns() throws Exception {
    JsonObject rejected = ask(policy("rejected", "prod-key", "app"));
    assertTrue(
        TestPlane.isProblem(decide("security-admin-2", rejected, "withdraw"), ErrorCode.FORBIDDEN));
    assertTrue(
        TestPlane.isProblem(decide("security-admin", rejected, "reject"), ErrorCode.FORBIDDEN));
    assertEquals("REJECTED", state(decide("security-admin-2", rejected, "reject")));
    assertTrue(TestPlane.isProblem(approve("security-admin-3", rejected), ErrorCode.CONFLICT));
    JsonObject withdrawn = ask(policy("withdrawn", "prod-key", "app"));
    assertEquals("WITHDRAWN", state(decide("security-admin", withdrawn, "withdraw")));
    assertTrue(TestPlane.isProblem(approve("security-admin-2", withdrawn), ErrorCode.CONFLICT));
    assertFalse(exists("rejected"));
    assertFalse(exists("withdrawn"));
    assertAudited(rejected, "approval:request", "approval:reject");
  }

  @Test
  void whatChangedMeanwhileIsNotRun() throws Exception {
    JsonObject made = made("superseded");
    JsonObject first = pending(delete("security-admin", made, Map.of("If-Match", "\"1\"")));
    JsonObject second = pending(delete("security-admin-3", made, Map.of()));
    assertEquals("\"1\"", first.getJsonObject("request").getString("ifMatch"));
    assertEquals("DONE", state(approve("security-admin-2", second)));
    JsonObject failed = new JsonObject(approve("security-admin-2", first).body());
    assertEquals("FAILED", failed.getString("state"), failed::encode);
    assertEquals(404, failed.getJsonObject("answer").getInteger("status"));

    JsonObject taken = ask(policy("twice", "prod-key", "app"));
    JsonObject other = ask(policy("twice", "prod-key", "second-app"));
    assertEquals("DONE", state(approve("security-admin-2", taken)));
    JsonObject refused = new JsonObject(approve("security-admin-2", other).body());
    assertEquals("FAILED", refused.getString("state"));
    assertEquals(
        "conflict", refused.getJsonObject("answer").getJsonObject("document").getString("code"));
  }

  @Test
  void aRepeatedRequestWaitsOnce() throws Exception {
    String body = policy("repeated", "prod-key", "app");
    Map<String, String> key = Map.of("Idempotency-Key", "one-intent");
    HttpResponse<String> first = plane.post("security-admin", "/v1/policies", body, key);
    int before = waiting();
    HttpResponse<String> again = plane.post("security-admin", "/v1/policies", body, key);
    assertEquals(202, again.statusCode(), again.body());
    assertEquals(first.body(), again.body());
    assertEquals(first.headers().firstValue("Location"), again.headers().firstValue("Location"));
    assertEquals(before, waiting());
  }

  @Test
  void rulesAreChangedUnderApprovalAlone() throws Exception {
    String path = "/v1/approval-rules/policy:delete";
    JsonObject shipped = new JsonObject(plane.get("auditor", path).body());
    assertEquals(1, shipped.getInteger("approvals"));
    assertTrue(shipped.getBoolean("shipped"));
    assertEquals(86_400_000L, shipped.getLong("validityMs"));
    JsonObject rule = pending(put(path, 2, 60_000));
    assertEquals("DONE", state(approve("security-admin-2", rule)));
    JsonObject changed = new JsonObject(plane.get("auditor", path).body());
    assertEquals(2, changed.getInteger("approvals"));
    assertFalse(changed.getBoolean("shipped"));

    JsonObject made = made("two-needed");
    JsonObject removal = pending(delete("security-admin", made, Map.of()));
    assertEquals(2, removal.getInteger("needed"));
    assertEquals("PENDING", state(approve("security-admin-2", removal)));
    assertTrue(
        TestPlane.isProblem(approve("security-admin-2", removal), ErrorCode.CONFLICT),
        "the same person does not count twice");
    assertTrue(exists("two-needed"));
    assertEquals("DONE", state(approve("security-admin-3", removal)));
    assertFalse(exists("two-needed"));
    assertEquals("DONE", state(approve("security-admin-2", pending(put(path, 1, 86_400_000)))));

    HttpResponse<String> impossible = put(path, 9, 60_000);
    assertTrue(TestPlane.isProblem(impossible, ErrorCode.INVALID_REQUEST), impossible.body());
    HttpResponse<String> none = put(path, 0, 5);
    assertEquals(2, new JsonObject(none.body()).getJsonArray("errors").size(), none.body());
    assertTrue(
        TestPlane.isProblem(put("/v1/approval-rules/key:create", 1, 60_000), ErrorCode.NOT_FOUND));
  }

  @Test
  void expiresByItself() throws Exception {
    String path = "/v1/approval-rules/policy:create";
    assertEquals("DONE", state(approve("security-admin-2", pending(put(path, 1, 1_000)))));
    JsonObject late = ask(policy("late", "prod-key", "app"));
    assertEquals("DONE", state(approve("security-admin-2", pending(put(path, 1, 86_400_000)))));
    Await.until(
        "it expires",
        () ->
            plane.audit().stream()
                .anyMatch(event -> event.getString("action").equals("approval:expire")));
    assertTrue(TestPlane.isProblem(approve("security-admin-2", late), ErrorCode.CONFLICT));
    assertEquals("EXPIRED", state(plane.get("auditor", "/v1/approvals/" + late.getString("id"))));
  }

  @Test
  void isListedInPagesForThoseWhoMay() throws Exception {
    ask(policy("listed-1", "prod-key", "app"));
    ask(policy("listed-2", "prod-key", "app"));
    JsonObject page =
        new JsonObject(plane.get("auditor", "/v1/approvals?limit=1&state=PENDING").body());
    assertEquals(1, page.getJsonArray("items").size());
    JsonObject next =
        new JsonObject(
            plane
                .get(
                    "auditor",
                    "/v1/approvals?limit=1&state=PENDING&after=" + page.getString("next"))
                .body());
    assertFalse(page.getJsonArray("items").equals(next.getJsonArray("items")));
    JsonObject officer = new JsonObject(plane.get("crypto-officer", "/v1/approvals").body());
    assertTrue(officer.getJsonArray("items").isEmpty(), "not theirs to decide on");
    assertNull(officer.getValue("next"));
    assertTrue(TestPlane.isProblem(plane.get("app", "/v1/approvals"), ErrorCode.FORBIDDEN));
    assertTrue(
        TestPlane.isProblem(
            plane.get("auditor", "/v1/approvals?state=NONE"), ErrorCode.INVALID_REQUEST));
  }

  private static JsonObject made(String name) throws Exception {
    JsonObject pending = ask(policy(name, "prod-key", "app"));
    JsonObject done = new JsonObject(approve("security-admin-2", pending).body());
    assertEquals("DONE", done.getString("state"), done::encode);
    return done.getJsonObject("answer").getJsonObject("document");
  }

  private static JsonObject ask(String policy) throws Exception {
    return pending(plane.post("security-admin", "/v1/policies", policy, Map.of()));
  }

  private static JsonObject pending(HttpResponse<String> answer) {
    assertEquals(202, answer.statusCode(), answer.body());
    JsonObject pending = new JsonObject(answer.body());
    assertEquals("PENDING", pending.getString("state"));
    return pending;
  }

  private static HttpResponse<String> approve(String principal, JsonObject pending)
      throws Exception {
    return plane.decide(principal, pending);
  }

  private static HttpResponse<String> decide(String principal, JsonObject pending, String what)
      throws Exception {
    return plane.post(principal, "/v1/approvals/" + pending.getString("id") + "/" + what);
  }

  private static HttpResponse<String> delete(
      String principal, JsonObject policy, Map<String, String> headers) throws Exception {
    var request = plane.request(principal, "/v1/policies/" + policy.getString("id")).DELETE();
    headers.forEach(request::header);
    return plane.send(request);
  }

  private static HttpResponse<String> put(String path, int approvals, long validityMs)
      throws Exception {
    JsonObject rule = new JsonObject().put("approvals", approvals).put("validityMs", validityMs);
    return plane.send(
        plane
            .request("security-admin", path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(rule.encode())));
  }

  private static String state(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body()).getString("state");
  }

  private static int waiting() throws Exception {
    return new JsonObject(plane.get("auditor", "/v1/approvals?limit=500&state=PENDING").body())
        .getJsonArray("items")
        .size();
  }

  private static boolean exists(String name) throws Exception {
    return new JsonObject(plane.get("auditor", "/v1/policies?limit=500").body())
        .getJsonArray("items").stream()
            .anyMatch(policy -> ((JsonObject) policy).getString("name").equals(name));
  }

  private static String policy(String name, String key, String principal) {
    return new JsonObject()
        .put("name", name)
        .put("effect", "allow")
        .put("principals", new JsonArray().add(principal))
        .put("actions", new JsonArray().add("encrypt"))
        .put("keys", new JsonArray().add(key))
        .encode();
  }
}
