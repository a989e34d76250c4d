package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.transport.RecipientKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Secrets that come from elsewhere and leave again, by the command line and a real control plane.
 */
@ExtendWith(SystemExtension.class)
class SecretMigrationTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final List<String> SAID =
      List.of(
          "--environment=dev",
          "--data-class=internal",
          "--owner=app-owner",
          "--description=from elsewhere",
          "--expires-at=2060-01-01T00:00:00Z",
          "--no-rotation=a test");

  private Workspace workspace;
  private Deployment deployment;
  private int runs;

  @BeforeEach
  void start(Workspace workspace) throws Exception {
    this.workspace = workspace;
    deployment = Deployment.create(workspace, "planes");
    deployment.startControlPlane();
    JsonObject key = new JsonObject(Keys.document("vault-dev"));
    assertEquals(
        201, deployment.controlApi("crypto-officer").json("/v1/keys", key.encode()).status());
  }

  private Child begin(String who, List<String> line) throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("COFRE_CONTROL_URL", deployment.controlUrl());
    environment.put(
        "COFRE_TOKEN_FILE", "" + deployment.folder().resolve("tokens/" + who + ".token"));
    return workspace.start(
        "run-" + ++runs,
        Launcher.command(environment, line.toArray(String[]::new)).redirectErrorStream(false));
  }

  /** {@code ./cofre secret …} as {@code who}; it must end with {@code exitCode}. */
  private Child run(int exitCode, String who, String... line) throws Exception {
    Child child = begin(who, Stream.concat(Stream.of("secret"), Stream.of(line)).toList());
    assertEquals(exitCode, child.exitCode(LIMIT), child.out() + child.err());
    return child;
  }

  /** An import as the app-owner; its rows by the secrets' names. */
  private Map<String, JsonObject> imported(int exitCode, String... line) throws Exception {
    List<String> all = new ArrayList<>(List.of("import", "--output=json"));
    all.addAll(SAID);
    all.addAll(List.of(line));
    String out = run(exitCode, "app-owner", all.toArray(String[]::new)).out();
    Map<String, JsonObject> rows = new HashMap<>();
    new JsonObject(out)
        .getJsonArray("items")
        .forEach(row -> rows.put(((JsonObject) row).getString("name"), (JsonObject) row));
    return rows;
  }

  private static void assertOutcome(
      String outcome, int version, Map<String, JsonObject> rows, String name) {
    assertEquals(outcome, rows.get(name).getString("outcome"), rows::toString);
    assertEquals(version, rows.get(name).getInteger("version", 0), rows::toString);
  }

  private String file(String name, String text) throws Exception {
    return Files.writeString(workspace.resolve(name), text).toString();
  }

  private String value(String name, int version) throws Exception {
    Api admin = deployment.controlApi("security-admin");
    Answer granted =
        admin.send(
            admin
                .request("/v1/secrets/" + name + "/grants/app")
                .PUT(BodyPublishers.noBody())
                .build());
    assertEquals(200, granted.status(), granted::toString);
    String path = "/v1/secrets/" + name + "/value?version=" + version;
    Answer read = deployment.controlApi("app").get(path);
    assertEquals(200, read.status(), read::toString);
    return new String(Base64.getDecoder().decode(read.json().getString("value")), UTF_8);
  }

  @Test
  void eachKindOfFileIsImportedAndASecondRunChangesNothing() throws Exception {
    String env = file("shop.env", "export DB_PASSWORD='hunter2 x'\nKEY=\"a\nb\"\n");
    String manifest =
        file(
            "shop.yaml",
            """
            kind: Secret
            metadata: {name: mail, namespace: shop}
            data: {password: aHVudGVyMw==}
            stringData: {user: hunter-user}
            """);
    String first = file("orders.v3.json", vault("hunter4", 3));
    String second = file("orders.v5.json", vault("hunter5", 5));
    String dump =
        file("dump.json", "{\"secrets\":[{\"name\":\"dumped\",\"valueBase64\":\"aHVudGVyNg==\"}]}");

    List<String[]> ways =
        List.of(
            new String[] {"--from=env", env},
            new String[] {"--from=kubernetes", manifest},
            new String[] {"--from=vault", second, first},
            new String[] {"--from=json", dump});
    assertOutcome("TO_CREATE", 0, imported(0, "--from=env", "--dry-run", env), "db_password");
    for (String[] way : ways) {
      imported(0, way).values().forEach(row -> assertEquals("CREATED", row.getString("outcome")));
    }
    assertEquals("hunter2 x", value("db_password", 1));
    assertEquals("a\nb", value("key", 1));
    assertEquals("hunter3", value("shop.mail.password", 1));
    assertEquals("hunter-user", value("shop.mail.user", 1));
    assertEquals("hunter4", value("orders.password", 1));
    assertEquals("hunter5", value("orders.password", 2));
    assertEquals("hunter6", value("dumped", 1));
    for (String[] way : ways) {
      imported(0, way).values().forEach(row -> assertEquals("UNCHANGED", row.getString("outcome")));
    }
    assertOutcome("EXISTS", 2, imported(0, "--from=vault", "--dry-run", first), "orders.password");
    for (int i = 1; i <= runs; i++) {
      assertNoValue(i);
    }
  }

  private void assertNoValue(int run) throws Exception {
    try (Stream<Path> files = Files.walk(workspace.folder(), 1)) {
      for (Path file : files.filter(path -> path.toString().contains("run-" + run)).toList()) {
        assertFalse(Files.readString(file).contains("hunter"), file::toString);
      }
    }
  }

  private static String vault(String password, int version) {
    return new JsonObject()
        .put(
            "data",
            new JsonObject()
                .put("data", new JsonObject().put("password", password))
                .put("metadata", new JsonObject().put("version", version)))
        .encode();
  }

  @Test
  void whatIsThereWithAnotherValueIsLeftUnlessAsked() throws Exception {
    String env = file("a.env", "A=one\nB=two\n");
    imported(0, "--from=env", env);
    Files.writeString(Path.of(env), "A=other\nB=two\n");
    Map<String, JsonObject> refused = imported(1, "--from=env", env);
    assertOutcome("REFUSED", 1, refused, "a");
    assertOutcome("UNCHANGED", 1, refused, "b");
    assertOutcome("SKIPPED", 1, imported(0, "--from=env", "--existing=skip", env), "a");
    assertEquals("one", value("a", 1));
    assertOutcome("ADDED", 2, imported(0, "--from=env", "--existing=add", env), "a");
    assertEquals("other", value("a", 2));
    assertOutcome("UNCHANGED", 2, imported(0, "--from=env", "--existing=add", env), "a");

    // Another one's secret is not written, whatever is said.
    Api admin = deployment.controlApi("security-admin");
    var owner =
        admin
            .request("/v1/secrets/b")
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString("{\"owner\":\"app\"}"));
    assertEquals(200, admin.send(owner.build()).status());
    assertOutcome("REFUSED", 0, imported(1, "--from=env", "--existing=add", env), "b");
  }

  @Test
  void whatWasCutShortIsContinuedAndWhatIsSaidIsCompared() throws Exception {
    String file = file("d.json", "{\"secrets\":[{\"name\":\"c\",\"value\":\"x\"}]}");
    imported(0, "--from=json", file);
    // As a run leaves it that ended after the first of three, of which the last is the same again.
    Files.writeString(
        Path.of(file),
        "{\"secrets\":[{\"name\":\"c\","
            + "\"versions\":[{\"value\":\"x\"},{\"value\":\"y\"},{\"value\":\"x\"}]}]}");
    assertOutcome("CONTINUED", 3, imported(0, "--from=json", file), "c");
    assertEquals("y", value("c", 2));
    assertOutcome("UNCHANGED", 3, imported(0, "--from=json", file), "c");

    Api owner = deployment.controlApi("app-owner");
    var other =
        owner
            .request("/v1/secrets/c")
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString("{\"description\":\"another\"}"));
    assertEquals(200, owner.send(other.build()).status());
    Map<String, JsonObject> rows = imported(1, "--from=json", file);
    assertOutcome("REFUSED", 3, rows, "c");
    assertTrue(rows.get("c").getString("why").contains("its description"), rows::toString);
    assertOutcome("SKIPPED", 3, imported(0, "--from=json", "--existing=skip", file), "c");
    assertOutcome("UNCHANGED", 3, imported(0, "--from=json", "--existing=add", file), "c");
  }

  @Test
  void aRunThatWasKilledIsContinued() throws Exception {
    JsonObject all = new JsonObject();
    JsonArray secrets = new JsonArray();
    int count = 150;
    for (int i = 0; i < count; i++) {
      JsonArray versions = new JsonArray();
      for (int v = 0; v < 3; v++) {
        versions.add(new JsonObject().put("value", "value-" + i + "-" + v));
      }
      secrets.add(new JsonObject().put("name", "s" + i).put("versions", versions));
    }
    String file = file("many.json", all.put("secrets", secrets).encode());
    List<String> line = new ArrayList<>(List.of("secret", "import", "--from=json", file));
    line.addAll(SAID);
    Child killed = begin("app-owner", line);
    Api owner = deployment.controlApi("app-owner");
    Await.until("some are there", LIMIT, () -> owner.get("/v1/secrets/s20").status() == 200);
    killed.kill();
    assertEquals(
        404, owner.get("/v1/secrets/s" + (count - 1)).status(), "it was killed in between");

    Map<String, JsonObject> rows = imported(0, "--from=json", file);
    assertEquals(count, rows.size());
    assertOutcome("UNCHANGED", 3, rows, "s0");
    assertOutcome("CREATED", 3, rows, "s" + (count - 1));
    for (int i = 0; i < count; i++) {
      JsonObject secret = owner.get("/v1/secrets/s" + i).json();
      assertEquals(3, secret.getInteger("currentVersion"), secret::encode);
    }
    for (int v = 0; v < 3; v++) {
      assertEquals("value-20-" + v, value("s20", v + 1));
    }
  }

  @Test
  void leaveSealedByTwoPeopleAndComeBack() throws Exception {
    byte[] binary = {0, -1, '\n', '"', '\\'};
    String coded = Base64.getEncoder().encodeToString(binary);
    String dump =
        file(
            "dump.json",
            "{\"secrets\":[{\"name\":\"one\",\"valueBase64\":\""
                + coded
                + "\"},{\"name\":\"two\",\"value\":\"hunter2\"}]}");
    imported(0, "--from=json", dump);
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3_072);
    KeyPair pair = generator.generateKeyPair();
    String pem =
        file("to.pem", RecipientKey.ofDer(pair.getPublic().getEncoded()).orElseThrow().pem());
    Path key = Path.of(file("to.key", privatePem(pair)));
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

    String[] asking = {"export", "one", "two", "--recipient-key-file", pem};
    Child refused = run(1, "security-admin", asking);
    assertTrue(refused.err().contains("export_not_permitted"), refused.err());
    run(1, "app-owner", asking);
    permitExport();
    String id = run(3, "security-admin", asking).out().strip();
    Path bundle = workspace.resolve("secrets.jwe");
    String[] fetching = {"export", "--approval", id, "--bundle", bundle.toString()};
    run(3, "security-admin", fetching);
    assertFalse(Files.exists(bundle));
    approve(id);
    run(1, "security-admin-2", fetching);
    run(0, "security-admin", fetching);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(bundle)));
    run(2, "security-admin", fetching);

    String[] opening = {
      "open", "--bundle", bundle.toString(), "--private-key-file", key.toString()
    };
    JsonObject opened = new JsonObject(run(0, "app", opening).out());
    assertEquals("cofre-secrets/1", opened.getString("format"));
    String again = file("again.json", opened.encode().replace("\"name\":\"", "\"name\":\"again-"));
    imported(0, "--from=json", again);
    assertEquals("hunter2", value("again-two", 1));
    value("again-one", 1);
    assertArrayEquals(binary, raw());
    String text = Files.readString(bundle);
    Files.writeString(bundle, text.substring(0, text.length() - 2) + "AA");
    run(1, "app", opening);
  }

  /** The value of again-one, which is no text. */
  private byte[] raw() throws Exception {
    Answer read = deployment.controlApi("app").get("/v1/secrets/again-one/value");
    return Base64.getDecoder().decode(read.json().getString("value"));
  }

  private static String privatePem(KeyPair pair) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(pair.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  private void permitExport() throws Exception {
    Api admin = deployment.controlApi("security-admin");
    var request =
        admin
            .request("/v1/data-classes/internal")
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString("{\"exportPermitted\":true}"));
    assertEquals(200, admin.send(request.build()).status());
  }

  private void approve(String id) throws Exception {
    Api second = deployment.controlApi("security-admin-2");
    JsonObject request = second.get("/v1/approvals/" + id).json();
    JsonObject digest = new JsonObject().put("digest", request.getString("digest"));
    Answer done = second.json("/v1/approvals/" + id + "/approve", digest.encode());
    assertEquals("DONE", done.json().getString("state"), done.text());
  }
}
