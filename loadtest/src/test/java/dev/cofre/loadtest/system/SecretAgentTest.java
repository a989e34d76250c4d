package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code ./cofre agent} with a real control plane, which is killed, and a real PostgreSQL. */
@ExtendWith(SystemExtension.class)
class SecretAgentTest {
  private static final System.Logger LOG = System.getLogger(SecretAgentTest.class.getName());
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String FIRST = "first-value-4c1f90aa";
  private static final String SECOND = "second\"'\n$(touch broken)-5e20";
  private static final String SECOND_IN_URL = "second%22%27%0A%24%28touch%20broken%29-5e20";
  private static final String THIRD = "third-value-91bc02de";

  private Workspace workspace;
  private LeaseTarget target;
  private Deployment deployment;
  private Child plane;
  private Path folder;

  @BeforeEach
  void start(Workspace workspace) throws Exception {
    this.workspace = workspace;
    folder =
        Path.of("/dev/shm/cofre-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
    target = LeaseTarget.start(workspace.resolve("target"));
    deployment = LeaseVault.deployment(workspace);
    plane = deployment.startControlPlane();
    LeaseVault.enrol(deployment, target);
    JsonObject brief =
        new JsonObject()
            .put("description", "reads, briefly")
            .put("defaultTtlSeconds", 60)
            .put("maxTtlSeconds", 60)
            .put(
                "grants",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("on", "tables")
                            .put("schema", "sales")
                            .put("privileges", new JsonArray().add("SELECT"))));
    LeaseVault.made(put("app-owner", "/v1/secret-engines/pg/roles/brief", brief));
    granted("/v1/secret-engines/pg/roles/brief/grants/app");
    JsonObject secret =
        new JsonObject()
            .put("name", "db")
            .put("environment", "dev")
            .put("dataClass", "public")
            .put("owner", "app-owner")
            .put("description", "the database of tests")
            .put("expiresAt", "2060-01-01T00:00:00Z")
            .put("rotation", new JsonObject().put("none", "it is a test"))
            .put("value", coded(FIRST));
    LeaseVault.made(deployment.controlApi("app-owner").json("/v1/secrets", secret.encode()));
    granted("/v1/secrets/db/grants/app");
    secret.put("name", "url").put("value", coded("p={{db | url}}")).put("template", true);
    LeaseVault.made(deployment.controlApi("app-owner").json("/v1/secrets", secret.encode()));
    granted("/v1/secrets/url/grants/app");
    JsonObject authority =
        new JsonObject()
            .put("name", "ca")
            .put("environment", "dev")
            .put("owner", "app-owner")
            .put("description", "of tests")
            .put("commonName", "Tests");
    LeaseVault.made(
        deployment.controlApi("app-owner").json("/v1/certificate-authorities", authority.encode()));
    JsonObject services =
        new JsonObject()
            .put("description", "services")
            .put("dnsNames", new JsonArray().add("a.example.com"))
            .put("ipAddresses", new JsonArray().add("127.0.0.1"))
            .put("uris", new JsonArray().add("spiffe://example.com/a"))
            .put("usages", new JsonArray().add("server"))
            .put("defaultTtlSeconds", 60);
    LeaseVault.made(put("app-owner", "/v1/certificate-authorities/ca/roles/services", services));
    granted("/v1/certificate-authorities/ca/roles/services/grants/app");
  }

  @AfterEach
  void stop() throws IOException {
    target.close();
    if (Files.exists(folder)) {
      try (Stream<Path> left = Files.walk(folder)) {
        for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  private Answer put(String who, String path, JsonObject body) throws Exception {
    return LeaseVault.put(deployment, who, path, body);
  }

  private void granted(String path) throws Exception {
    Api admin = deployment.controlApi("security-admin");
    Answer granted = admin.send(admin.request(path).PUT(BodyPublishers.noBody()).build());
    assertEquals(200, granted.status(), granted::toString);
  }

  private static String coded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(UTF_8));
  }

  private void write(String value) throws Exception {
    LeaseVault.made(
        deployment
            .controlApi("app-owner")
            .json("/v1/secrets/db/versions", new JsonObject().put("value", coded(value)).encode()));
  }

  /** Everything lives for 10 minutes at least, or for one. */
  private Path config(String stop, boolean brief) throws IOException {
    return Files.writeString(
        workspace.resolve("agent.yaml"),
        """
        folder: %s
        intervalSeconds: 1
        resolve: true
        settleSeconds: 0
        onChangeSeconds: 1
        %s
        sources:
          - {name: db, secret: db}
          - {name: url, secret: url}
          - {name: pg, lease: {engine: pg, role: reader, ttlSeconds: 600}}
          - {name: brief, lease: {engine: pg, role: %s}}
          - name: tls
            certificate:
              {authority: ca, role: services, dnsNames: [a.example.com], uris: ["spiffe://example.com/a"], ipAddresses: ["127.0.0.1"], ttlSeconds: %d}
        files:
          - path: app/config.json
            format: json
            text: |
              {"password": {{db.value}},
               "database": {"user": {{pg.username}}, "password": {{pg.password}}}}
            onChange: {command: [sh, -c, "echo x >> %s"]}
          - path: app/env
            format: shell
            mode: "0640"
            text: |
              DB_PASSWORD={{db.value}}
              URL=postgresql://{{brief.username | url}}:{{brief.password | url}}@localhost/shop
          - {path: tls/bundle.pem, value: tls.bundle, mode: "0400"}
          - {path: app/url, value: url.value}
        """
            .formatted(
                folder,
                stop,
                brief ? "brief" : "reader, ttlSeconds: 600",
                brief ? 60 : 3_600,
                workspace.resolve("changes")));
  }

  private Child cofre(String name, String... line) throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("COFRE_CONTROL_URL", deployment.controlUrl());
    environment.put("COFRE_TOKEN_FILE", "" + deployment.tokenFile("app"));
    return workspace.start(name, Launcher.command(environment, line).redirectErrorStream(false));
  }

  private Child agent() throws Exception {
    return cofre("agent", "agent", "--config", "" + workspace.resolve("agent.yaml"));
  }

  private boolean isReady() {
    return Files.exists(folder.resolve("cofre-agent/ready"));
  }

  private JsonObject status() throws IOException {
    return new JsonObject(Files.readString(folder.resolve("cofre-agent/status.json")));
  }

  private JsonObject source(String name) throws IOException {
    return status().getJsonArray("sources").stream()
        .map(JsonObject.class::cast)
        .filter(source -> source.getString("name").equals(name))
        .findFirst()
        .orElseThrow();
  }

  private JsonObject json() throws IOException {
    return new JsonObject(Files.readString(folder.resolve("app/config.json")));
  }

  private boolean works() throws IOException {
    JsonObject database = json().getJsonObject("database");
    return target.works(database.getString("user"), database.getString("password"));
  }

  /** User and password of the URL in the file for shells, as a shell reads it. */
  private String[] brief() throws IOException {
    return Files.readString(folder.resolve("app/env"))
        .replaceAll("(?s).*postgresql://(.*)@localhost/shop\\n", "$1")
        .split(":");
  }

  private X509Certificate certificate() throws Exception {
    String bundle = Files.readString(folder.resolve("tls/bundle.pem"));
    String first = bundle.substring(bundle.indexOf("-----BEGIN CERTIFICATE"));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(first.getBytes(UTF_8)));
  }

  private long changes() throws IOException {
    Path file = workspace.resolve("changes");
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  private static String said(Child child) {
    try {
      return child.err();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private void awaitReady(Child agent) throws Exception {
    Await.until(() -> "it is ready; it said: " + said(agent), LIMIT, this::isReady);
  }

  @Test
  void followsRotationsOutlivesAnOutageAndItsOwnKillInIt() throws Exception {
    config("revokeOnStop: true", false);
    Child agent = agent();
    awaitReady(agent);
    assertEquals(FIRST, json().getString("password"));
    assertEquals("p=" + FIRST, Files.readString(folder.resolve("app/url")));
    assertTrue(works());
    assertEquals(
        "a.example.com",
        ((List<?>) certificate().getSubjectAlternativeNames().iterator().next()).get(1));
    assertEquals(0, changes(), "a file that was not there has not changed");

    // A rotation, with a value that would break out of its place.
    write(SECOND);
    long ms =
        Await.until(
            "the file has the next value",
            LIMIT,
            () -> SECOND.equals(json().getString("password")));
    LOG.log(System.Logger.Level.INFO, "the file had the next value after {0} ms", ms);
    Await.until("the command was run", LIMIT, () -> changes() >= 1);
    Await.until(
        "what refers to it is filled anew",
        LIMIT,
        () -> Files.readString(folder.resolve("app/url")).equals("p=" + SECOND_IN_URL));
    Process shell =
        new ProcessBuilder(
                "sh", "-c", ". " + folder.resolve("app/env") + "; printf %s \"$DB_PASSWORD\"")
            .directory(workspace.folder().toFile())
            .start();
    assertEquals(SECOND, new String(shell.getInputStream().readAllBytes(), UTF_8));
    assertFalse(Files.exists(workspace.resolve("broken")));

    // The control plane is killed, then the agent, which starts again without it.
    plane.kill();
    Await.until("it says so", LIMIT, () -> agent.err().contains("goes on with what there is"));
    assertTrue(isReady());
    String whole = json().encode();
    String password = json().getJsonObject("database").getString("password");
    agent.kill();
    Files.delete(folder.resolve("cofre-agent/ready"));
    Files.delete(folder.resolve("app/config.json"));
    Child next = agent();
    awaitReady(next);
    assertEquals(whole, json().encode());
    assertTrue(works());
    JsonObject lease = source("pg");
    assertEquals("unreachable", status().getString("controlPlane"));

    plane = deployment.startControlPlane();
    Await.until(
        () -> "the lease is renewed; it said: " + said(next),
        LIMIT,
        () -> source("pg").getInstant("ends").isAfter(lease.getInstant("ends")));
    assertEquals(lease.getString("lease"), source("pg").getString("lease"));
    write(THIRD);
    Await.until("it follows again", LIMIT, () -> THIRD.equals(json().getString("password")));
    Child told =
        cofre("status", "agent", "status", "--config", "" + workspace.resolve("agent.yaml"));
    assertEquals(0, told.exitCode(LIMIT), told.err());

    assertEquals(0, next.terminate(), next.err());
    assertFalse(Files.exists(folder.resolve("app")), "files are left");
    assertFalse(Files.exists(folder.resolve("cofre-agent")), "the agent's own are left");
    Await.until("the leases are revoked", LIMIT, () -> target.users().isEmpty());
    Child gone =
        cofre("status", "agent", "status", "--config", "" + workspace.resolve("agent.yaml"));
    assertEquals(1, gone.exitCode(LIMIT));
    nothingIsOnDisk(List.of(FIRST, SECOND, THIRD, password));
  }

  @Test
  void whatIsAtItsLimitIsFollowedByAnotherWhileItStillWorks() throws Exception {
    config("onStop: keep", true);
    Child agent = agent();
    awaitReady(agent);
    X509Certificate old = certificate();
    String[] before = brief();
    assertTrue(target.works(before[0], before[1]));
    Await.until(
        () -> "another credential is there; it said: " + said(agent),
        LIMIT,
        () -> !brief()[0].equals(before[0]));
    assertTrue(target.works(before[0], before[1]), "the one before has ended already");
    assertTrue(target.works(brief()[0], brief()[1]));

    Await.until(
        () -> "another certificate is there; it said: " + said(agent),
        LIMIT,
        () -> !certificate().getSerialNumber().equals(old.getSerialNumber()));
    old.checkValidity();
    assertNotEquals(old.getPublicKey(), certificate().getPublicKey());
    assertEquals(0, agent.terminate(), agent.err());
    assertTrue(works(), "files and leases are kept");
  }

  @Test
  void onceIsForTheStart() throws Exception {
    Path config = config("onStop: keep", false);
    Child once = cofre("once", "agent", "--config", "" + config, "--once");
    assertEquals(0, once.exitCode(LIMIT), once.err());
    assertEquals(FIRST, json().getString("password"));
    assertTrue(works());
    String user = json().getJsonObject("database").getString("user");
    plane.kill();
    Child away = cofre("away", "agent", "--config", "" + config, "--once", "--wait-seconds", "60");
    assertEquals(0, away.exitCode(LIMIT), () -> "the cache is good for the start: " + said(away));
    assertEquals(user, json().getJsonObject("database").getString("user"));
    Files.delete(folder.resolve("cofre-agent/cache"));
    Child nothing =
        cofre("none", "agent", "--config", "" + config, "--once", "--wait-seconds", "3");
    assertEquals(5, nothing.exitCode(LIMIT), nothing.err());
  }

  private void nothingIsOnDisk(List<String> values) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(workspace.folder())) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    assertTrue(files.size() > 10, () -> "where are the files? " + files);
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      String bytes =
          new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
      for (String value : values) {
        if (bytes.contains(value) || bytes.contains(coded(value))) {
          found.add(file + " holds " + value);
        }
      }
    }
    assertEquals(List.of(), found);
  }
}
