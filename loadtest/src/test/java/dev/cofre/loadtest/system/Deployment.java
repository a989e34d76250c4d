package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * Both planes with configurations of their own and a token that they share, each started alone as
 * in production. Not thread-safe.
 */
final class Deployment {
  private static final String TOKEN_MAKER = "dev.cofre.controlplane.server.dev.DevToken";
  private static final String LABEL = "cofre-dev";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Workspace workspace;
  private final Path folder;
  private final int port = Ports.freeBase();
  private final Map<String, String> control = new LinkedHashMap<>();
  private final Map<String, String> data = new LinkedHashMap<>();

  private SSLContext tls;
  private String dataPlaneOptions = "";
  private SmallDisk disk;

  private Deployment(Workspace workspace, Path folder) {
    this.workspace = workspace;
    this.folder = folder;
  }

  /** With a new token and plain HTTP on loopback, not started. */
  static Deployment create(Workspace workspace, String name) throws Exception {
    Deployment deployment =
        new Deployment(workspace, Files.createDirectory(workspace.resolve(name)));
    deployment.makeToken();
    deployment.configure();
    return deployment;
  }

  private void makeToken() throws Exception {
    Path tokens = Files.createDirectories(tokenFolder());
    Files.writeString(
        softHsmConf(),
        "directories.tokendir = " + tokens + "\nobjectstore.backend = file\nlog.level = ERROR\n");
    writePrivate(pinFile(), HexFormat.of().formatHex(Seed.bytes(new SecureRandom(), 16)));
    Child maker =
        workspace.start(
            "token", Launcher.controlPlaneClass(environment(), TOKEN_MAKER, pinFile().toString()));
    if (maker.exitCode(LIMIT) != 0) {
      throw new AssertionError("no token: " + maker.out() + maker.err());
    }
  }

  /** Writes {@code text} to {@code file}, readable by the owner alone. */
  static Path writePrivate(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private void configure() {
    for (Map<String, String> both : List.of(control, data)) {
      both.put("http.host", "127.0.0.1");
      both.put("dev.plaintext", "true");
      both.put("hsm.tokenLabel", LABEL);
      both.put("hsm.pinFile", pinFile().toString());
      both.put("snapshot.publicKeyFile", folder.resolve("snapshot-signing.pem").toString());
    }
    control.put("plane", Cofre.CONTROL_PLANE);
    control.put("node.name", "control-1");
    control.put("http.port", Integer.toString(port + 1));
    control.put("store.url", "jdbc:h2:file:" + folder.resolve("store"));
    control.put("audit.directory", folder.resolve("control-audit").toString());
    control.put("bootstrap.directory", folder.resolve("tokens").toString());
    control.put("bootstrap.demo", "true");
    data.put("plane", Cofre.DATA_PLANE);
    data.put("node.name", "data-1");
    data.put("http.port", Integer.toString(port));
    data.put("frames.port", Integer.toString(framePort()));
    data.put("control.url", "http://127.0.0.1:" + (port + 1));
    data.put("control.tokenFile", folder.resolve("tokens/node.token").toString());
    data.put("state.directory", folder.resolve("state").toString());
    data.put("audit.directory", folder.resolve("data-audit").toString());
    // Most tests start nodes and few time their first requests: FirstRequestTest puts it back.
    data.put("rehearsalMs", "2000");
  }

  /** TLS on both listeners and mTLS between the planes, as in production. */
  Certificates useTls(String nodeName) throws Exception {
    Certificates certificates = new Certificates(folder.resolve("tls"));
    for (String plane : List.of(Cofre.CONTROL_PLANE, Cofre.DATA_PLANE)) {
      Certificates.Identity identity = certificates.identity(plane);
      Map<String, String> settings = settings(plane);
      settings.remove("dev.plaintext");
      settings.put("tls.certificate", identity.certificate().toString());
      settings.put("tls.key", identity.key().toString());
    }
    control.put("tls.clientCa", certificates.authorityFile().toString());
    control.put("nodes.names", nodeName);
    data.remove("control.tokenFile");
    data.put("control.url", "https://127.0.0.1:" + controlPort());
    data.put("control.ca", certificates.authorityFile().toString());
    showToControlPlane(certificates.identity(nodeName));
    tls = certificates.client();
    return certificates;
  }

  /** The certificate by which the data plane says who it is. */
  void showToControlPlane(Certificates.Identity node) {
    data.put("control.certificate", node.certificate().toString());
    data.put("control.key", node.key().toString());
  }

  Path folder() {
    return folder;
  }

  Path pinFile() {
    return folder.resolve("hsm/pin");
  }

  String dataUrl() {
    return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
  }

  String controlUrl() {
    return (tls == null ? "http" : "https") + "://127.0.0.1:" + controlPort();
  }

  int dataPort() {
    return port;
  }

  int controlPort() {
    return port + 1;
  }

  int framePort() {
    return port + 2;
  }

  /** The settings of {@code plane}, to be changed before its start. */
  Map<String, String> settings(String plane) {
    return plane.equals(Cofre.CONTROL_PLANE) ? control : data;
  }

  /**
   * The settings of another plane of the kind {@code plane}, with folders and the port {@code base
   * + offset} of its own; what stands in the first one's settings now is the same.
   */
  Map<String, String> another(String plane, String name, int offset) {
    Map<String, String> settings = new LinkedHashMap<>(settings(plane));
    settings.put("node.name", name);
    settings.put("http.port", Integer.toString(port + offset));
    settings.computeIfPresent("frames.port", (key, value) -> Integer.toString(port + offset + 1));
    settings.put("audit.directory", folder.resolve(name + "-audit").toString());
    settings.computeIfPresent(
        "state.directory", (key, value) -> folder.resolve(name + "-state").toString());
    settings.remove("bootstrap.directory");
    settings.remove("bootstrap.demo");
    return settings;
  }

  /** Starts the plane with {@code settings} and waits until it is ready. */
  Child startReady(String plane, Map<String, String> settings) throws Exception {
    Child child = start(plane, settings);
    awaitReady(child, Api.at("http://127.0.0.1:" + settings.get("http.port"), null));
    return child;
  }

  /** Data keys that encrypt, and unwrapped ones, last {@code lifeMs} in the data plane. */
  void dataKeysLast(long lifeMs) {
    data.put("dataKey.encryptMs", Long.toString(lifeMs));
    data.put("dataKey.decryptMs", Long.toString(lifeMs));
  }

  String token(String principal) throws IOException {
    return Files.readString(tokenFile(principal)).strip();
  }

  Api dataApi(String principal) throws IOException {
    return Api.at(dataUrl(), tls).as(token(principal));
  }

  Api controlApi(String principal) throws IOException {
    return Api.at(controlUrl(), tls).as(token(principal));
  }

  /** Adds {@code options} to what the data plane's JVM gets at its next start. */
  void dataPlaneOptions(String options) {
    dataPlaneOptions = options;
  }

  /** Has the data plane keep its audit log on {@code small}, whose files are seen by it alone. */
  void keepAuditLogOn(SmallDisk small) {
    disk = small;
    data.put("audit.directory", small.folder().resolve("audit").toString());
  }

  private Map<String, String> environment() {
    return Map.of(
        "SOFTHSM2_CONF",
        softHsmConf().toString(),
        "COFRE_DATAPLANE_JVM_OPTS",
        ("-Xmx256m -XX:MaxDirectMemorySize=128m " + dataPlaneOptions).strip());
  }

  Path softHsmConf() {
    return folder.resolve("hsm/softhsm2.conf");
  }

  /** Where SoftHSM2 keeps the token. */
  Path tokenFolder() {
    return folder.resolve("hsm/tokens");
  }

  Path tokenFile(String principal) {
    return folder.resolve("tokens").resolve(principal + ".token");
  }

  /**
   * Has the person {@code by} approve what another one {@code asked} for, and waits for no more.
   */
  void approve(Answer asked, String by) throws Exception {
    assertEquals(202, asked.status(), asked::toString);
    String digest = new JsonObject().put("digest", asked.json().getString("digest")).encode();
    Answer approved =
        controlApi(by).json("/v1/approvals/" + asked.json().getString("id") + "/approve", digest);
    assertEquals("DONE", approved.json().getString("state"), approved::toString);
  }

  /** Starts {@code plane} with its settings. */
  Child start(String plane) throws IOException {
    return start(plane, settings(plane));
  }

  /** Starts {@code plane} with {@code settings}. */
  Child start(String plane, Map<String, String> settings) throws IOException {
    ProcessBuilder builder =
        Launcher.command(environment(), plane, "--config", write(settings).toString());
    if (disk != null && plane.equals(Cofre.DATA_PLANE)) {
      disk.enter(builder);
    }
    return workspace.start(plane, builder);
  }

  /** Writes {@code settings} into a plane's configuration file. */
  Path write(Map<String, String> settings) throws IOException {
    return Files.write(
        folder.resolve(settings.get("node.name") + ".conf"),
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + " = " + setting.getValue())
            .collect(Collectors.toList()));
  }

  /** Waits until {@code api} says that it is ready; {@code plane} must go on running. */
  static void awaitReady(Child plane, Api api) throws Exception {
    Await.until(
        plane.name() + " is ready",
        LIMIT,
        () -> {
          if (!plane.process().isAlive()) {
            throw new AssertionError(plane.name() + " has ended: " + plane.err());
          }
          return api.answers("/health/ready", 200);
        });
  }

  /** Starts the control plane and waits until it is ready. */
  Child startControlPlane() throws Exception {
    Child plane = start(Cofre.CONTROL_PLANE);
    awaitReady(plane, Api.at(controlUrl(), tls));
    return plane;
  }

  /** Starts the data plane and waits until it is ready. */
  Child startDataPlane() throws Exception {
    Child plane = start(Cofre.DATA_PLANE);
    awaitReady(plane, Api.at(dataUrl(), tls));
    return plane;
  }

  /** Starts both and waits until they are ready. */
  Child[] startBoth() throws Exception {
    Child first = startControlPlane();
    return new Child[] {first, startDataPlane()};
  }
}
