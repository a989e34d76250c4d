package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Files against a control plane with its store: apply, drift, export, approvals, errors. */
@ExtendWith(SystemExtension.class)
class KeysAsCodeTest {
  private static final int DRIFT = 2;
  private static final int PENDING = 3;
  private static final byte[] NO_INPUT = new byte[0];
  private static final Path CORPUS =
      Path.of(System.getProperty("cofre.root"))
          .resolve("controlplane/cli/src/test/resources/dev/cofre/cli/malformed");
  private static final String EXPECT = "# expect ";

  private static final String FILES =
      """
      apiVersion: cofre/v1
      kind: Key
      alias: shop
      owner: app-owner
      purpose: orders
      dataClass: internal
      environment: dev
      expiresAt: 2031-01-01T00:00:00Z
      protection: SOFTWARE
      tags: {app: shop}
      ---
      apiVersion: cofre/v1
      kind: Principal
      id: batch@shop
      roles: [workload]
      ---
      apiVersion: cofre/v1
      kind: Group
      name: shop-jobs
      members: [group:shop-inner]
      ---
      apiVersion: cofre/v1
      kind: Group
      name: shop-inner
      members: [batch@shop]
      ---
      apiVersion: cofre/v1
      kind: Policy
      name: shop
      notAfter: 2031-01-01T00:00:00Z
      statements:
        - effect: allow
          principals: [group:shop-jobs]
          actions: [encrypt, decrypt]
          keys: [shop, "shop-*"]
          environment: dev
          conditions:
            context: {table: {oneOf: [orders]}}
            sourceNetworks: [127.0.0.0/8]
            time: {from: "00:00", to: "23:59"}
            rate: {perSecond: 1000}
        - effect: deny
          anyPrincipal: true
          actions: [reencrypt]
          tags: {app: shop}
          environment: dev
          fromEnvironment: staging
      tests:
        - principal: batch@shop
          action: decrypt
          key: shop
          context: {table: orders}
          sourceAddress: 127.0.0.1
          time: 2030-06-01T12:00:00Z
          expect: allow
      ---
      apiVersion: cofre/v1
      kind: DataClass
      name: internal
      rotationDays: 200
      dataKeys: {secondsMax: 100}
      ---
      apiVersion: cofre/v1
      kind: Scope
      policies: [shop*]
      """;

  private static final String PROD =
      """
      apiVersion: cofre/v1
      kind: Key
      alias: live
      owner: app-owner
      purpose: orders
      dataClass: internal
      environment: prod
      expiresAt: 2031-01-01T00:00:00Z
      protection: HSM
      ---
      apiVersion: cofre/v1
      kind: Principal
      id: second-officer
      roles: [crypto-officer]
      ---
      apiVersion: cofre/v1
      kind: Group
      name: officers
      members: [second-officer]
      ---
      apiVersion: cofre/v1
      kind: Policy
      name: live
      statements:
        - {effect: allow, principals: [app], actions: [encrypt], keys: [live]}
      """;

  private Cofre cofre;
  private Path files;

  @Test
  void filesAndServiceBecomeTheSame(Workspace workspace) throws Exception {
    cofre = Cofre.start(workspace, "home");
    files = Files.createDirectory(workspace.resolve("files"));
    Files.writeString(files.resolve("shop.yaml"), FILES);
    malformedFilesAreToldOf();
    appliedOnceAndThenNothing();
    driftIsFoundAndMended();
    whatTheScopeOwnsIsPruned();
    whatIsExportedIsNoChange(workspace);
    whatNeedsApprovalWaits(workspace);
    twoAtOnceLoseNothing(workspace);
    assertEquals(0, cofre.stop());
  }

  private CliRun run(int exitCode, String... arguments) throws Exception {
    CliRun run = cofre.cli(NO_INPUT, arguments);
    assertEquals(exitCode, run.exitCode(), () -> run.err() + run.text());
    return run;
  }

  private String[] on(String command, Path path, String... more) {
    List<String> all = new ArrayList<>(List.of(command, "-f", path.toString()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  /** One run tells everything that is wrong with all files, and asks the service nothing. */
  private void malformedFilesAreToldOf() throws Exception {
    CliRun run = run(1, on("plan", CORPUS));
    List<String> told = new ArrayList<>(run.errLines());
    List<String> expected = new ArrayList<>();
    try (Stream<Path> corpus = Files.list(CORPUS)) {
      for (Path file : corpus.sorted().toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.startsWith(EXPECT) && !line.contains("makes a cycle")) {
            expected.add(file + ":" + line.substring(EXPECT.length()));
          }
        }
      }
    }
    assertTrue(expected.size() > 60, "the corpus is there");
    for (String line : expected) {
      assertTrue(told.stream().anyMatch(one -> one.startsWith(line)), () -> line + run.err());
    }
    CliRun cycle = run(1, on("apply", CORPUS.resolve("group-cycle.yaml")));
    assertTrue(cycle.err().contains(": members[1]: makes a cycle: a holds b"), cycle.err());
    Path bomb = files.resolveSibling("bomb.yaml");
    Files.writeString(bomb, "a: &a [x, x]\n" + "b: ".repeat(1) + "[".repeat(100_000));
    CliRun refused = run(1, on("plan", bomb));
    assertTrue(refused.err().contains(bomb + ":2: is nested deeper than 16 levels"), refused.err());
    assertEquals(404, cofre.control("auditor").get("/v1/keys/orders").status());
  }

  private void appliedOnceAndThenNothing() throws Exception {
    JsonObject planned = new JsonObject(run(DRIFT, on("plan", files, "--output", "json")).text());
    assertTrue(planned.getBoolean("drift"));
    assertEquals(6, planned.getJsonArray("changes").size(), planned::encodePrettily);
    run(DRIFT, on("apply", files, "--dry-run"));
    assertEquals(404, cofre.control("auditor").get("/v1/keys/shop").status());
    CliRun applied = run(0, on("apply", files));
    assertTrue(applied.text().contains("created         Policy shop"), applied::text);
    assertTrue(applied.text().contains("updated         DataClass internal"), applied::text);
    long revision = revision("/v1/policies/shop");
    CliRun again = run(0, on("apply", files));
    assertEquals("no changes: 6 objects are as the files say\n", again.text());
    assertEquals(revision, revision("/v1/policies/shop"), "nothing was written");
    run(0, on("plan", files, "--token-file", cofre.home().resolve("dev/auditor.token").toString()));
  }

  private long revision(String path) throws Exception {
    return cofre.control("auditor").get(path).json().getLong("revision");
  }

  private void change(String method, String role, String path, JsonObject body) throws Exception {
    Api api = cofre.control(role);
    Answer answer =
        api.send(
            api.request(path)
                .header("Content-Type", Api.JSON)
                .method(method, HttpRequest.BodyPublishers.ofString(body.encode()))
                .build());
    assertEquals(200, answer.status(), answer::toString);
  }

  private void driftIsFoundAndMended() throws Exception {
    change("PATCH", "crypto-officer", "/v1/keys/shop", new JsonObject().put("owner", "thief"));
    change(
        "PUT",
        "security-admin",
        "/v1/groups/shop-jobs",
        new JsonObject().put("members", new JsonArray(List.of("group:shop-inner", "app"))));
    CliRun diff = run(DRIFT, on("diff", files));
    assertTrue(
        diff.text().contains("    - owner: \"thief\"\n    + owner: \"app-owner\"\n"), diff::text);
    assertTrue(diff.text().contains("    - members: [\"app\",\"group:shop-inner\"]\n"), diff::text);
    run(0, on("plan", files, "--kind", "Policy,DataClass"));
    run(0, on("apply", files, "--kind", "Key"));
    run(DRIFT, on("plan", files));
    run(0, on("apply", files));
    run(0, on("plan", files));
    String owner = cofre.control("auditor").get("/v1/keys/shop").json().getString("owner");
    assertEquals("app-owner", owner);
  }

  private void whatTheScopeOwnsIsPruned() throws Exception {
    Api admin = cofre.control("security-admin");
    assertEquals(201, admin.json("/v1/policies", Keys.grant("shop-old", List.of("shop"))).status());
    CliRun plan = run(DRIFT, on("plan", files));
    assertTrue(plan.text().contains("- Policy shop-old"), plan::text);
    assertTrue(plan.text().contains("in no file, and left alone: Policy demo-app"), plan::text);
    run(0, on("apply", files));
    assertEquals(200, admin.get("/v1/policies/shop-old").status(), "not without --prune");
    run(0, on("apply", files, "--prune"));
    assertEquals(404, admin.get("/v1/policies/shop-old").status());
    assertEquals(200, admin.get("/v1/policies/demo-app").status());
    run(0, on("plan", files));
  }

  private void whatIsExportedIsNoChange(Workspace workspace) throws Exception {
    assertEquals(200, cofre.control("crypto-officer").json("/v1/keys/demo/disable", "").status());
    Path exported = workspace.resolve("exported");
    run(0, "export", "-d", exported.toString());
    assertTrue(Files.readString(exported.resolve("keys/demo.yaml")).contains("state: DISABLED"));
    assertTrue(Files.exists(exported.resolve("policies/shop.yaml")));
    CliRun plan = run(0, on("plan", exported));
    assertTrue(plan.text().startsWith("no changes: "), plan::text);
    CliRun refused = run(4, "export", "-d", exported.toString());
    assertTrue(refused.err().contains("--force replaces"), refused.err());
  }

  private void whatNeedsApprovalWaits(Workspace workspace) throws Exception {
    Path prod = workspace.resolve("prod.yaml");
    Files.writeString(prod, PROD);
    JsonObject first = new JsonObject(run(PENDING, on("apply", prod, "--output", "json")).text());
    assertEquals(
        Map.of(
            "Key live", "created",
            "Principal second-officer", "pending",
            "Group officers", "skipped",
            "Policy live", "pending"),
        results(first));
    CliRun second = run(PENDING, on("apply", prod));
    assertTrue(second.text().contains("was asked for before"), second::text);
    assertTrue(second.err().contains("cofre approval approve "), second.err());
    JsonArray waiting = waiting();
    assertEquals(2, waiting.size(), "nothing is asked for twice");
    run(DRIFT, on("plan", prod));
    approve(waiting);
    Files.writeString(prod, PROD.replace("actions: [encrypt]", "actions: [decrypt]"));
    run(PENDING, on("apply", prod));
    Files.writeString(prod, PROD);
    CliRun done = run(0, on("apply", prod));
    assertEquals("no changes: 4 objects are as the files say\n", done.text());
    approve(waiting());
    assertFalse(waiting().iterator().hasNext());
  }

  private static Map<String, String> results(JsonObject report) {
    Map<String, String> results = new java.util.HashMap<>();
    for (Object item : report.getJsonArray("outcomes")) {
      JsonObject outcome = (JsonObject) item;
      results.put(
          outcome.getString("kind") + " " + outcome.getString("name"), outcome.getString("result"));
    }
    return results;
  }

  private JsonArray waiting() throws IOException, InterruptedException {
    return cofre
        .control("security-admin-2")
        .get("/v1/approvals?state=PENDING")
        .json()
        .getJsonArray("items");
  }

  private void approve(JsonArray waiting) throws Exception {
    for (Object item : waiting) {
      JsonObject request = (JsonObject) item;
      Answer answer =
          cofre
              .control("security-admin-2")
              .json(
                  "/v1/approvals/" + request.getString("id") + "/approve",
                  new JsonObject().put("digest", request.getString("digest")).encode());
      assertEquals("DONE", answer.json().getString("state"), answer::toString);
    }
  }

  /** Both make the same; neither fails, and each object is there once. */
  private void twoAtOnceLoseNothing(Workspace workspace) throws Exception {
    Path path = workspace.resolve("both.yaml");
    StringBuilder both = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      both.append("---\napiVersion: cofre/v1\nkind: Principal\nid: worker-%d\n".formatted(i));
      both.append("roles: [workload]\n");
    }
    Files.writeString(path, both);
    List<Thread> threads = new ArrayList<>();
    List<CliRun> runs = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 2; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      runs.add(cofre.cli(NO_INPUT, on("apply", path)));
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(2, runs.size());
    runs.forEach(run -> assertEquals(0, run.exitCode(), () -> run.err() + run.text()));
    run(0, on("plan", path));
  }
}
