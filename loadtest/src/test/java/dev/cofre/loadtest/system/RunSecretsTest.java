package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./cofre run} with a real control plane and real commands. */
@ExtendWith(SystemExtension.class)
class RunSecretsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String FIRST = "first-value-0b5c2de1";
  private static final String SECOND = "second-value-77af1c90";
  private static final String THIRD = "third-value-c61d3b44";

  private Workspace workspace;
  private Deployment deployment;
  private Child plane;

  @BeforeEach
  void start(Workspace workspace) throws Exception {
    this.workspace = workspace;
    deployment = Deployment.create(workspace, "planes");
    plane = deployment.startControlPlane();
    JsonObject key = new JsonObject(Keys.document("vault-dev"));
    assertEquals(
        201, deployment.controlApi("crypto-officer").json("/v1/keys", key.encode()).status());
    JsonObject secret =
        new JsonObject()
            .put("name", "db")
            .put("environment", "dev")
            .put("dataClass", "public")
            .put("owner", "app-owner")
            .put("description", "the database of tests")
            .put("expiresAt", "2060-01-01T00:00:00Z")
            .put("rotation", new JsonObject().put("none", "it is a test"))
            .put("value", coded(FIRST + "\n"));
    Answer made = deployment.controlApi("app-owner").json("/v1/secrets", secret.encode());
    assertEquals(201, made.status(), made::toString);
    Api admin = deployment.controlApi("security-admin");
    Answer granted =
        admin.send(admin.request("/v1/secrets/db/grants/app").PUT(BodyPublishers.noBody()).build());
    assertEquals(200, granted.status(), granted::toString);
    Files.writeString(
        workspace.resolve("map.yaml"),
        """
        secrets:
          - {name: db, env: DB, trim: true}
          - {name: db, file: db/password, fileEnv: DB_FILE}
        """);
  }

  private static String coded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
  }

  private void write(String value) throws Exception {
    Answer written =
        deployment
            .controlApi("app-owner")
            .json("/v1/secrets/db/versions", new JsonObject().put("value", coded(value)).encode());
    assertEquals(201, written.status(), written::toString);
  }

  /** {@code ./cofre run} of a shell's {@code script}, in which W is the test's folder. */
  private Child run(String script, String... options) throws Exception {
    return runAs(deployment.folder().resolve("tokens/app.token"), script, options);
  }

  private Child runAs(Path tokenFile, String script, String... options) throws Exception {
    List<String> line = new ArrayList<>(List.of("run", "--secrets", "" + at("map.yaml")));
    line.addAll(List.of(options));
    line.addAll(List.of("--", "sh", "-c", script));
    Map<String, String> environment = new HashMap<>();
    environment.put("COFRE_CONTROL_URL", deployment.controlUrl());
    environment.put("COFRE_TOKEN_FILE", tokenFile.toString());
    environment.put("W", workspace.folder().toString());
    return workspace.start(
        "run",
        Launcher.command(environment, line.toArray(String[]::new)).redirectErrorStream(false));
  }

  private Path at(String name) {
    return workspace.resolve(name);
  }

  private String text(String name) throws IOException {
    return Files.exists(at(name)) ? Files.readString(at(name)) : "";
  }

  private void awaitText(String name, String content, Child child) throws Exception {
    Await.until(
        () -> name + " holds what it should; the command said: " + said(child),
        LIMIT,
        () -> text(name).equals(content));
  }

  private static String said(Child child) {
    try {
      return child.err();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private void nothingIsLeft(Child child) throws Exception {
    Path file = Path.of(text("path").strip());
    assertTrue(file.endsWith("db/password"), file::toString);
    assertFalse(Files.exists(file.getParent().getParent()), file + " is left");
    for (String value : List.of(FIRST, SECOND, THIRD)) {
      assertFalse(child.err().contains(value), child.err());
    }
  }

  @Test
  void isGivenSecretsAndItsEndIsTheCommands() throws Exception {
    Child whole =
        run(
            "printf %s \"$DB\" > $W/env; cp $DB_FILE $W/file; echo $DB_FILE > $W/path;"
                + " stat -c %a $DB_FILE $(dirname $DB_FILE) $COFRE_SECRETS_DIR; env > $W/variables;"
                + " echo said >&2; exit 3");
    assertEquals(3, whole.exitCode(LIMIT), whole.err());
    assertEquals(FIRST, text("env"));
    assertEquals(FIRST + "\n", text("file"));
    assertEquals("600\n700\n700\n", whole.out());
    assertEquals("said\n", whole.err());
    assertFalse(text("variables").contains("COFRE_TOKEN_FILE"), "the child has no token");
    assertFalse(text("variables").contains("COFRE_HOME"));
    nothingIsLeft(whole);

    Child told =
        run(
            "trap 'exit 9' TERM; echo $DB_FILE > $W/path; : > $W/told; while :; do sleep 0.05; done");
    Await.until("it runs", LIMIT, () -> Files.exists(at("told")));
    assertEquals(9, told.terminate(), told.err());
    nothingIsLeft(told);

    Child killed = run("echo $DB_FILE > $W/path; kill -KILL $$");
    assertEquals(128 + 9, killed.exitCode(LIMIT), killed.err());
    nothingIsLeft(killed);

    Child missing =
        workspace.start(
            "missing",
            Launcher.command(
                Map.of(
                    "COFRE_CONTROL_URL",
                    deployment.controlUrl(),
                    "COFRE_TOKEN_FILE",
                    "" + deployment.folder().resolve("tokens/app.token")),
                "run",
                "--secrets",
                "" + at("map.yaml"),
                "--",
                "/no/such/command"));
    assertEquals(127, missing.exitCode(LIMIT), missing.err());
  }

  /** Without a stored token: its platform vouches for it, for minutes. */
  @Test
  void aPipelineHasItsSecretsByTheTokenOfItsPlatform() throws Exception {
    TestIssuer platform = new TestIssuer("ci");
    Api admin = deployment.controlApi("security-admin");
    deployment.approve(
        admin.json("/v1/identity-providers", platform.provider().encode()), "security-admin-2");
    Map<String, Object> claims = Map.of("repository", "shop/orders", "environment", "prod");
    command(0, admin("principal", "create", "ci-orders", "--role", "workload"));
    command(
        0,
        admin(
            "identity",
            "bind",
            "ci-orders",
            "--provider",
            "ci",
            "--claim",
            "repository=shop/orders",
            "--claim",
            "environment=prod"));
    command(0, admin("secret", "grant", "db", "ci-orders"));

    Path token = at("pipeline.token");
    login(0, platform.token("job-1", claims), token);
    Child job = runAs(token, "printf %s \"$DB\" > $W/env; echo $DB_FILE > $W/path");
    assertEquals(0, job.exitCode(LIMIT), job.err());
    assertEquals(FIRST, text("env"));
    nothingIsLeft(job);

    Map<String, Object> fork = Map.of("repository", "somebody/orders", "environment", "prod");
    login(1, platform.token("job-2", fork), at("fork.token"));
    login(1, new TestIssuer("ci").token("job-3", claims), at("forged.token"));
    assertFalse(Files.exists(at("fork.token")) || Files.exists(at("forged.token")));
    command(0, admin("secret", "ungrant", "db", "ci-orders"));
    Child without = runAs(token, "touch $W/ran");
    assertEquals(1, without.exitCode(LIMIT), without.err());
    assertFalse(Files.exists(at("ran")));
  }

  private void login(int exitCode, String jwt, Path out) throws Exception {
    Path file = Files.writeString(at("jwt"), jwt);
    command(
        exitCode,
        Launcher.command(
            Map.of("COFRE_CONTROL_URL", deployment.controlUrl()),
            "login",
            "--jwt-file",
            file.toString(),
            "--out",
            out.toString()));
  }

  private ProcessBuilder admin(String... arguments) {
    return Launcher.command(
        Map.of(
            "COFRE_CONTROL_URL",
            deployment.controlUrl(),
            "COFRE_TOKEN_FILE",
            deployment.tokenFile("security-admin").toString()),
        arguments);
  }

  private void command(int exitCode, ProcessBuilder command) throws Exception {
    Child child = workspace.start("command", command);
    assertEquals(exitCode, child.exitCode(LIMIT), () -> said(child));
  }

  @Test
  void followsNewVersionsAndOutlivesTheControlPlane() throws Exception {
    String show = "show() { cp $DB_FILE $W/new && mv $W/new $W/seen; }; echo $DB_FILE > $W/path;";
    Child child =
        run(
            show + " trap show USR1; show; while :; do sleep 0.05; done",
            "--watch",
            "--interval-seconds",
            "1",
            "--signal",
            "USR1");
    awaitText("seen", FIRST + "\n", child);
    write(SECOND);
    awaitText("seen", SECOND, child);

    plane.kill();
    Await.until(
        "it says that it goes on",
        LIMIT,
        () -> child.err().contains("goes on with the secrets that it has"));
    assertTrue(child.process().isAlive());
    assertEquals(SECOND, Files.readString(Path.of(text("path").strip())));
    plane = deployment.startControlPlane();
    Await.until("it reads again", LIMIT, () -> child.err().contains("are read again"));
    write(THIRD);
    awaitText("seen", THIRD, child);
    child.terminate();
    nothingIsLeft(child);

    // By its environment, which needs a restart.
    Child again =
        run(
            "printf %s \"$DB\" > $W/new; mv $W/new $W/variable; echo $DB_FILE > $W/path;"
                + " while :; do sleep 0.05; done",
            "--watch", "--interval-seconds", "1", "--on-change", "restart");
    awaitText("variable", THIRD, again);
    write(FIRST);
    awaitText("variable", FIRST, again);
    assertEquals(128 + 15, again.terminate(), again.err());
    nothingIsLeft(again);
  }
}
