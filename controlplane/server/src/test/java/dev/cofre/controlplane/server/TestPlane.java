package dev.cofre.controlplane.server;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.server.alert.AlertSettings;
import dev.cofre.controlplane.server.lease.Pace;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.StoreLocation;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The real control plane on a free port, with a real SoftHSM2 token and a real H2 file. */
final class TestPlane implements AutoCloseable {
  static final long AUDIT_BYTES_MAX = 1 << 30;
  private static final Duration SEAL_PERIOD = Duration.ofMillis(200);

  /** What a node tells of itself. */
  static final String NODE =
      "node=n&instance=0123456789abcdef0123456789abcdef&inForce=0.0&leaseMs=300000&dataKeyMs=60000";

  final Path directory;
  final HttpClient http = HttpClient.newHttpClient();
  final TestClock clock = new TestClock();
  ControlPlane plane;
  private final long auditBytesMax;
  private final Duration sealPeriod;
  private final StoreLocation location;
  private final String node;

  /** One whose audit log becomes full: what is not sealed is not archived, so nothing is freed. */
  static TestPlane withLittleRoom(Path directory) throws Exception {
    return new TestPlane(
        directory, AuditLogConfig.BYTES_MAX_LEAST, Duration.ofHours(1), h2(directory), "test-node");
  }

  /** One of several on {@code location}. */
  TestPlane(Path directory, StoreLocation location, String node) throws Exception {
    this(directory, AUDIT_BYTES_MAX, SEAL_PERIOD, location, node);
  }

  private TestPlane(
      Path directory, long auditBytesMax, Duration sealPeriod, StoreLocation location, String node)
      throws Exception {
    this.directory = directory;
    this.auditBytesMax = auditBytesMax;
    this.sealPeriod = sealPeriod;
    this.location = location;
    this.node = node;
    start();
  }

  static TestPlane in(Path directory) throws Exception {
    return new TestPlane(directory, h2(directory), "test-node");
  }

  void start() throws Exception {
    plane =
        ControlPlane.start(
            settings(new ListenerSettings("127.0.0.1", 0, Optional.empty()), Set.of()),
            SoftHsmToken.login(),
            clock);
  }

  ControlPlaneSettings settings(ListenerSettings listener, Set<String> nodeNames) {
    return new ControlPlaneSettings(
        listener,
        location(),
        node,
        auditDirectory(),
        new AuditLogConfig(false, auditBytesMax, 1 << 20),
        sealPeriod,
        new ArchiveSettings(
            directory.resolve("archive"), 1 << 30, List.of(), 365, Duration.ofMillis(50)),
        alerts(),
        directory.resolve("snapshot.pem"),
        Duration.ofMinutes(5),
        nodeNames,
        Optional.of(directory.resolve("tokens")),
        true,
        Duration.ofMillis(50),
        Duration.ofHours(1),
        Duration.ZERO,
        2_000,
        new VaultSettings(Set.of("localhost"), Optional.empty(), new Pace(20)));
  }

  /** As the folder {@code alerts} says, when it is there. */
  private AlertSettings alerts() {
    Path folder = directory.resolve("alerts");
    return Files.isDirectory(folder) ? AlertSettings.read(folder) : AlertSettings.OFF;
  }

  StoreLocation location() {
    return location;
  }

  private static StoreLocation h2(Path directory) {
    return H2Location.in(directory);
  }

  Path auditDirectory() {
    return directory.resolve("audit");
  }

  List<JsonObject> audit() throws IOException {
    return AuditLogReader.events(auditDirectory()).stream()
        .map(AuditEvent::toJson)
        .map(JsonObject::new)
        .toList();
  }

  String token(String principal) throws IOException {
    return Files.readString(directory.resolve("tokens").resolve(principal + ".token")).strip();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + plane.port() + path);
  }

  HttpRequest.Builder request(String principal, String path) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    return principal == null
        ? request
        : request.header("Authorization", "Bearer " + token(principal));
  }

  HttpResponse<String> get(String principal, String path) throws Exception {
    return send(request(principal, path).GET());
  }

  HttpResponse<String> post(String principal, String path) throws Exception {
    return send(request(principal, path).POST(HttpRequest.BodyPublishers.noBody()));
  }

  HttpResponse<String> post(String principal, String path, String body, Map<String, String> headers)
      throws Exception {
    HttpRequest.Builder request =
        request(principal, path).POST(HttpRequest.BodyPublishers.ofString(body));
    request.header("Content-Type", "application/json");
    headers.forEach(request::header);
    return send(request);
  }

  /** Has {@code approver} approve what {@code asked} was answered with; the request afterwards. */
  JsonObject approve(String approver, HttpResponse<String> asked) throws Exception {
    if (asked.statusCode() != 202) {
      throw new AssertionError("waits for approval: " + asked.statusCode() + asked.body());
    }
    HttpResponse<String> decided = decide(approver, new JsonObject(asked.body()));
    if (decided.statusCode() != 200) {
      throw new AssertionError(decided.body());
    }
    return new JsonObject(decided.body());
  }

  /** {@code approver}'s approval of {@code pending}. */
  HttpResponse<String> decide(String approver, JsonObject pending) throws Exception {
    return post(
        approver,
        "/v1/approvals/" + pending.getString("id") + "/approve",
        new JsonObject().put("digest", pending.getString("digest")).encode(),
        Map.of());
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  /** The value of a metric without labels. */
  long metric(String name) throws Exception {
    return get(null, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> Long.parseLong(line.split(" ")[1]))
        .findFirst()
        .orElseThrow();
  }

  /** The text of a token that nobody has yet. */
  static String freshToken() {
    byte[] line = BearerToken.generate(KernelRandom.INSTANCE).fileContents();
    return new String(line, StandardCharsets.US_ASCII).strip();
  }

  /** What is sent for somebody to get {@code token}. */
  static String tokenDocument(String token) {
    byte[] digest =
        BearerToken.fromHeader("Bearer " + token).map(BearerToken::digest).orElseThrow();
    return new JsonObject().put("sha256", HexFormat.of().formatHex(digest)).encode();
  }

  static String keyDocument(String alias) {
    return keyDocument(alias, "dev");
  }

  static String keyDocument(String alias, String environment) {
    return new JsonObject()
        .put("alias", alias)
        .put("owner", "team-a")
        .put("purpose", "tests")
        .put("dataClass", "internal")
        .put("environment", environment)
        .put("expiresAt", "2099-01-01T00:00:00Z")
        .put("protection", "HSM")
        .encode();
  }

  JsonObject createKey(String alias) throws Exception {
    return createKey(alias, "dev");
  }

  JsonObject createKey(String alias, String environment) throws Exception {
    HttpResponse<String> made =
        post("crypto-officer", "/v1/keys", keyDocument(alias, environment), Map.of());
    if (made.statusCode() != 201) {
      throw new AssertionError(made.body());
    }
    return new JsonObject(made.body());
  }

  static boolean isProblem(HttpResponse<String> response, ErrorCode code) {
    JsonObject problem = new JsonObject(response.body());
    return response.statusCode() == code.status()
        && problem.getString("code").equals(code.code())
        && problem.getInteger("status") == code.status()
        && response
            .headers()
            .firstValue("Content-Type")
            .orElse("")
            .equals("application/problem+json")
        && response
            .headers()
            .firstValue("Request-Id")
            .orElse("")
            .equals(problem.getString("requestId"));
  }

  @Override
  public void close() {
    http.close();
    plane.close();
  }
}
