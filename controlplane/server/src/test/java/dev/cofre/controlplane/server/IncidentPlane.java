package dev.cofre.controlplane.server;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A control plane with a system that it makes credentials in, and a receiver of alerts. */
final class IncidentPlane implements AutoCloseable {
  final RotationPlane rotation;
  final LeasePlane vault;
  final TestPlane plane;
  private final HttpServer receiver;
  private final List<JsonObject> alerts = new CopyOnWriteArrayList<>();

  IncidentPlane(Path directory) throws Exception {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/hook",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          alerts.add(
              new JsonObject(new String(body, StandardCharsets.UTF_8)).getJsonObject("alert"));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    receiver.start();
    configure(directory.resolve("plane").resolve("alerts"));
    rotation = new RotationPlane(directory);
    vault = rotation.vault;
    plane = vault.plane;
  }

  private void configure(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path secret = folder.resolve("secret");
    Files.writeString(
        secret,
        "whsec_" + Base64.getEncoder().encodeToString(new byte[32]) + System.lineSeparator());
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Files.write(
        folder.resolve("hook.conf"),
        List.of(
            "kind = webhook",
            "url = http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook",
            "secretFile = secret"));
  }

  JsonObject plan(JsonObject leak) throws Exception {
    return LeasePlane.ok(200, vault.post("security-admin", "/v1/incident-plans", leak));
  }

  JsonObject open(JsonObject leak) throws Exception {
    return LeasePlane.ok(201, vault.post("security-admin", "/v1/incidents", leak));
  }

  JsonObject show(JsonObject incident) throws Exception {
    return LeasePlane.ok(200, plane.get("auditor", path(incident)));
  }

  static String path(JsonObject incident) {
    return "/v1/incidents/" + incident.getString("id");
  }

  JsonObject awaitDone(JsonObject incident) throws Exception {
    Await.until(
        "the incident is done, not " + show(incident).getJsonArray("words").encodePrettily(),
        () -> show(incident).getString("state").equals("DONE"));
    return show(incident);
  }

  static JsonObject step(JsonObject incident, String action, String subject) {
    return incident.getJsonArray("steps").stream()
        .map(JsonObject.class::cast)
        .filter(step -> step.getString("action").equals(action))
        .filter(step -> step.getString("subject").equals(subject))
        .findFirst()
        .orElseThrow(() -> new AssertionError(incident.encodePrettily()));
  }

  static List<JsonObject> items(JsonObject report, String table) {
    JsonArray items = report.getJsonObject(table).getJsonArray("items");
    return items.stream().map(JsonObject.class::cast).toList();
  }

  /** What was sent about leaks with {@code value} as {@code field} of the subject. */
  List<JsonObject> told(String field, String value) {
    return alerts.stream()
        .filter(alert -> alert.getString("rule").equals("leak"))
        .filter(alert -> value.equals(alert.getJsonObject("subject").getString(field)))
        .toList();
  }

  /** The records of the steps of {@code incident}. */
  List<JsonObject> records(JsonObject incident) throws IOException {
    return plane.audit().stream()
        .filter(event -> event.getString("action").equals("incident:step"))
        .filter(event -> incident.getString("id").equals(event.getString("requestId")))
        .toList();
  }

  @Override
  public void close() throws IOException {
    rotation.close();
    receiver.stop(0);
  }
}
