package dev.cofre.cli.code;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.cli.code.Change.Action;
import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is planned for which files, beside what a service says that it has. */
class PlannerTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
  private static final String KEY_ID = "11111111-2222-4333-8444-555555555555";
  private static final Set<DocumentKind> ALL = EnumSet.complementOf(EnumSet.of(DocumentKind.SCOPE));
  private static final String KEY =
      """
      apiVersion: cofre/v1
      kind: Key
      alias: orders
      owner: shop
      purpose: orders
      dataClass: internal
      environment: dev
      expiresAt: 2030-01-01T00:00:00Z
      protection: HSM
      """;
  private static final String POLICY =
      """
      apiVersion: cofre/v1
      kind: Policy
      name: shop
      statements:
        - effect: allow
          principals: [group:ops, app]
          actions: [decrypt, encrypt]
          keys: [orders]
          conditions:
            context: {table: {oneOf: [a]}}
            sourceNetworks: ["2001:DB8::/32"]
      """;

  @TempDir Path folder;

  private final ServiceInMemory service = new ServiceInMemory();

  private static JsonObject key() {
    return new JsonObject()
        .put("id", KEY_ID)
        .put("alias", "orders")
        .put("owner", "shop")
        .put("purpose", "orders")
        .put("dataClass", "internal")
        .put("environment", "dev")
        .put("expiresAt", "2030-01-01T00:00:00Z")
        .put("protection", "HSM")
        .put("usage", "encrypt-decrypt")
        .put("tags", new JsonObject())
        .put("state", "ACTIVE")
        .put("revision", 7);
  }

  private static JsonObject policy(String name) {
    JsonObject statement =
        new JsonObject()
            .put("effect", "allow")
            .put("principals", new JsonArray(List.of("app", "group:ops")))
            .put("actions", new JsonArray(List.of("decrypt", "encrypt")))
            .put("keys", new JsonArray(List.of(KEY_ID)))
            .put(
                "conditions",
                new JsonObject()
                    .put(
                        "context",
                        new JsonObject().put("table", new JsonObject().put("equals", "a")))
                    .put("sourceNetworks", new JsonArray(List.of("2001:db8:0:0:0:0:0:0/32"))));
    return new JsonObject()
        .put("id", "22222222-2222-4333-8444-555555555555")
        .put("name", name)
        .put("statements", new JsonArray().add(statement))
        .put("revision", 9);
  }

  private static JsonObject group(String name, String... members) {
    return new JsonObject()
        .put("name", name)
        .put("members", new JsonArray(List.of(members)))
        .put("roles", new JsonArray())
        .put("revision", 3);
  }

  private static JsonObject principal(String id, String role) {
    return new JsonObject()
        .put("id", id)
        .put("roles", new JsonArray().add(role))
        .put("revision", 2);
  }

  private Plan plan(String... documents) throws IOException {
    Path file = folder.resolve("all.yaml");
    Files.writeString(file, String.join("---\n", documents));
    return KeysAsCode.of(KeysAsCode.read(List.of(file)), ALL, service, CLOCK).plan();
  }

  private List<String> refused(String... documents) {
    return assertThrows(InvalidFilesException.class, () -> plan(documents)).lines().stream()
        .map(line -> line.substring(line.indexOf("all.yaml:") + "all.yaml:".length()))
        .toList();
  }

  private ServiceInMemory people() {
    return service
        .with(DocumentKind.PRINCIPAL, principal("app", "workload"), principal("dp", "node"))
        .with(DocumentKind.GROUP, group("ops", "app"));
  }

  @Test
  void whatIsThereAlreadyIsNoChangeInWhicheverFormItIsSaid() throws IOException {
    people().with(DocumentKind.KEY, key()).with(DocumentKind.POLICY, policy("shop"));
    Plan plan = plan(KEY.replace("00:00:00Z", "00:00:00.000Z"), POLICY);
    assertEquals(
        List.of(), PlanReport.lines(plan, true).stream().filter(x -> x.startsWith("  ")).toList());
    assertFalse(plan.isDrift());
    assertEquals(2, plan.unchanged());
    assertEquals(
        "no changes: 2 objects are as the files say", PlanReport.lines(plan, false).getFirst());
  }

  @Test
  void fieldsThatDifferAreNamedWithTheirPaths() throws IOException {
    people().with(DocumentKind.KEY, key()).with(DocumentKind.POLICY, policy("shop"));
    Plan plan =
        plan(
            KEY.replace("owner: shop", "owner: other") + "tags: {app: shop}\nstate: DISABLED\n",
            POLICY.replace("[decrypt, encrypt]", "[encrypt]"));
    assertEquals(
        List.of(
            "~ Key orders",
            "- owner: \"shop\"",
            "+ owner: \"other\"",
            "+ tags: {\"app\":\"shop\"}",
            "- state: \"ACTIVE\"",
            "+ state: \"DISABLED\"",
            "~ Policy shop",
            "- statements[0].actions: [\"decrypt\",\"encrypt\"]",
            "+ statements[0].actions: [\"encrypt\"]"),
        PlanReport.lines(plan, true).subList(0, 9).stream()
            .map(line -> line.strip().split("  \\(", 2)[0])
            .toList());
    Change change = plan.changes().getFirst();
    assertEquals(7, change.revision());
    assertEquals(
        List.of("PATCH /v1/keys/orders", "POST /v1/keys/orders/disable"),
        change.requests().stream().map(r -> r.method() + " " + r.path()).toList());
    assertEquals(
        new JsonObject("{\"owner\":\"other\",\"tags\":{\"app\":\"shop\"}}"),
        change.requests().getFirst().body());
  }

  @Test
  void aStateThatNoFileNamesIsNobodysBusiness() throws IOException {
    service.with(DocumentKind.KEY, key().put("state", "DISABLED"));
    assertFalse(plan(KEY).isDrift());
    assertEquals(
        "POST /v1/keys/orders/enable",
        plan(KEY + "state: ACTIVE\n").changes().getFirst().requests().stream()
            .map(r -> r.method() + " " + r.path())
            .findFirst()
            .orElseThrow());
  }

  @Test
  void whatAKeyWasMadeWithCannotChange() {
    service.with(DocumentKind.KEY, key());
    assertEquals(
        List.of(
            "6: dataClass: cannot be changed: the key has internal; say so, or make another key",
            "9: protection: cannot be changed: the key has HSM; say so, or make another key"),
        refused(KEY.replace("internal", "public").replace("HSM", "SOFTWARE")));
  }

  @Test
  void aKeyThatWillBeDestroyedIsDriftThatApplyLeaves() throws IOException {
    service.with(DocumentKind.KEY, key().put("state", "PENDING_DESTRUCTION"));
    Plan plan = plan(KEY);
    assertTrue(plan.isDrift());
    assertEquals(Action.BLOCKED, plan.changes().getFirst().action());
    assertEquals(List.of(), plan.changes().getFirst().requests());
  }

  @Test
  void anExpiryThatHasPassedIsRefusedOnlyWhereItIsSet() throws IOException {
    assertEquals(
        List.of("8: expiresAt: must be in the future"), refused(KEY.replace("2030", "2020")));
    service.with(DocumentKind.KEY, key().put("expiresAt", "2020-01-01T00:00:00Z"));
    assertFalse(plan(KEY.replace("2030", "2020")).isDrift());
  }

  @Test
  void whatIsNamedMustBeSomewhere() {
    people();
    assertEquals(
        List.of(
            "8: statements[0].keys[0]: names Key orders, which is in no file and does not exist"),
        refused(POLICY));
  }

  @Test
  void aCycleWithGroupsThatExistIsFound() {
    people().with(DocumentKind.GROUP, group("outer", "group:middle"), group("middle", "group:new"));
    assertEquals(
        List.of(
            "4: members[1]: makes a cycle: new holds outer holds middle holds new; a group must"
                + " not hold itself"),
        refused("apiVersion: cofre/v1\nkind: Group\nname: new\nmembers: [app, group:outer]\n"));
  }

  @Test
  void aCycleThatTheFilesDissolveIsNone() throws IOException {
    people().with(DocumentKind.GROUP, group("a", "group:b"), group("b"));
    Plan plan =
        plan(
            "apiVersion: cofre/v1\nkind: Group\nname: b\nmembers: [group:a]\n",
            "apiVersion: cofre/v1\nkind: Group\nname: a\nmembers: []\n");
    assertEquals(
        List.of("Group a", "Group b"), plan.changes().stream().map(Change::title).toList());
  }

  @Test
  void aLongChainOfGroupsIsWalkedWithoutDeepCalls() throws IOException {
    StringBuilder groups = new StringBuilder();
    for (int i = 0; i < 900; i++) {
      groups.append("---\napiVersion: cofre/v1\nkind: Group\nname: g%d\n".formatted(i));
      groups.append("members: [group:g%d]\n".formatted(i + 1));
    }
    groups.append("---\napiVersion: cofre/v1\nkind: Group\nname: g900\n");
    assertEquals(901, plan(groups.toString()).changes().size());
  }

  @Test
  void whatIsNamedComesBeforeWhatNamesIt() throws IOException {
    Plan plan =
        plan(
            POLICY,
            "apiVersion: cofre/v1\nkind: Group\nname: ops\nmembers: [group:inner]\n",
            "apiVersion: cofre/v1\nkind: Group\nname: inner\nmembers: [app]\n",
            "apiVersion: cofre/v1\nkind: Principal\nid: app\nroles: [workload]\n",
            KEY);
    assertEquals(
        List.of("Key orders", "Principal app", "Group inner", "Group ops", "Policy shop"),
        plan.changes().stream().map(Change::title).toList());
  }

  @Test
  void onlyAScopeMakesWhatNoFileDescribesDrift() throws IOException {
    people()
        .with(DocumentKind.KEY, key())
        .with(DocumentKind.POLICY, policy("shop"), policy("shop-old"), policy("other"));
    Plan hints = plan(POLICY);
    assertFalse(hints.isDrift());
    assertEquals(List.of("Policy shop-old", "Policy other"), sortedBack(hints.unmanaged()));
    Plan owned =
        plan(POLICY, "apiVersion: cofre/v1\nkind: Scope\npolicies: [shop-*]\nkeys: ['*']\n");
    assertEquals(
        List.of("DELETE Policy shop-old", "BLOCKED Key orders"),
        owned.changes().stream().map(change -> change.action() + " " + change.title()).toList());
    assertEquals(List.of("Policy other"), owned.unmanaged());
  }

  private static List<String> sortedBack(List<String> titles) {
    return titles.stream().sorted(java.util.Comparator.reverseOrder()).toList();
  }

  @Test
  void nodesAndWhatIsDestroyedAreNoHints() throws IOException {
    people().with(DocumentKind.KEY, key().put("state", "DESTROYED"));
    Plan plan =
        plan(
            "apiVersion: cofre/v1\nkind: Principal\nid: app\nroles: [workload]\n",
            KEY.replace("alias: orders", "alias: other"));
    assertEquals(List.of(), plan.unmanaged());
  }

  @Test
  void onlySomeRulesOfADataClassAreSaid() throws IOException {
    service.with(
        DocumentKind.DATA_CLASS,
        new JsonObject()
            .put("name", "internal")
            .put("rotationDays", 365)
            .put("warnDays", 30)
            .put("dataKeys", new JsonObject().put("secondsMax", 300).put("bytesMax", 10))
            .put("revision", 1));
    String start = "apiVersion: cofre/v1\nkind: DataClass\nname: internal\n";
    assertFalse(plan(start + "rotationDays: 365\ndataKeys: {secondsMax: 300}\n").isDrift());
    Change change =
        plan(start + "rotationDays: 90\nwarnDays: 30\ndataKeys: {secondsMax: 60}\n")
            .changes()
            .getFirst();
    assertEquals("PATCH", change.requests().getFirst().method().name());
    assertEquals(
        new JsonObject("{\"rotationDays\":90,\"dataKeys\":{\"secondsMax\":60}}").encode(),
        change.requests().getFirst().body().encode());
  }

  @Test
  void whatIsNotNeededIsNotAskedFor() throws IOException {
    service.with(DocumentKind.KEY, key());
    plan(KEY);
    assertEquals(List.of("GET /v1/keys?limit=500"), service.asked);
  }

  private static String person(String id, String roles) {
    return "apiVersion: cofre/v1\nkind: Principal\nid: " + id + "\nroles: [" + roles + "]\n";
  }

  @Test
  void rolesThatNobodyMayHaveTogetherAreRefusedBeforeAnythingIsChanged() throws IOException {
    assertEquals(
        List.of(
            "4: roles: make ann both crypto-officer (Principal ann) and security-admin (Principal"
                + " ann), which nobody may be together"),
        refused(person("ann", "security-admin, crypto-officer")));
    service
        .with(DocumentKind.PRINCIPAL, principal("bob", "workload"))
        .with(
            DocumentKind.GROUP,
            group("inner", "bob"),
            group("outer", "group:inner").put("roles", new JsonArray().add("app-owner")));
    assertEquals(List.of(), plan(person("ann", "auditor")).changes().stream().skip(1).toList());
    assertEquals(
        List.of(
            "4: roles: make bob both app-owner (Group outer) and auditor (Principal bob), which"
                + " nobody may be together"),
        refused(person("bob", "auditor")));
    String group = "apiVersion: cofre/v1\nkind: Group\nname: outer\nmembers: [bob]\nroles: [%s]\n";
    assertEquals(
        List.of(
            "5: roles: make bob both auditor (Group outer) and workload (Principal bob), which"
                + " nobody may be together"),
        refused(group.formatted("auditor")));
    assertEquals(1, plan(group.formatted("")).changes().size(), "the file takes the role away");
  }

  @Test
  void testsOfAPolicyRunBeforeAnythingIsChanged() throws IOException {
    people().with(DocumentKind.KEY, key());
    String policy =
        POLICY
            + "tests:\n"
            + "  - {principal: app, action: encrypt, key: orders, expect: allow}\n"
            + "  - {principal: app, action: decrypt, key: orders, expect: deny}\n";
    JsonObject failure = new JsonObject().put("field", "tests[1]").put("message", "expects deny");
    service.answers.put(
        "/v1/policies/simulate", new JsonObject().put("failedTests", new JsonArray().add(failure)));
    assertEquals(List.of("14: tests[1]: expects deny"), refused(policy));
    assertTrue(
        service.asked.stream()
            .allMatch(
                asked -> asked.startsWith("GET") || asked.equals("POST /v1/policies/simulate")));
    assertEquals(2, plan(policy, person("ann", "auditor")).changes().size(), "ann may decide it");
    service.answers.put(
        "/v1/policies/simulate", new JsonObject().put("failedTests", new JsonArray()));
    assertEquals(1, plan(policy).changes().size());
  }
}
