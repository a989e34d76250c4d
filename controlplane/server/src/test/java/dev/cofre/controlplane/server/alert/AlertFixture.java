package dev.cofre.controlplane.server.alert;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import dev.cofre.controlplane.server.enforce.NodeRegistry;
import dev.cofre.controlplane.server.store.H2Location;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A real archive of made-up logs beside a real store, and alerts over them. Not thread-safe. */
final class AlertFixture implements AutoCloseable {
  private static final int SEGMENT_BYTES = 64 << 10;

  final Path directory;
  final Store store;
  private final MovedClock clock = new MovedClock();
  private final Archive archive;
  private final Map<String, GeneratedLog> logs = new HashMap<>();
  private final Map<String, Supplier<Map<String, Long>>> metrics = new HashMap<>();
  Alerts alerts;

  AlertFixture(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(conf());
    store = Store.open(H2Location.in(directory), clock);
    archive = Archive.open(directory.resolve("archive"), SEGMENT_BYTES);
  }

  Path conf() {
    return directory.resolve("conf");
  }

  void configure(String name, String... lines) throws IOException {
    Files.write(conf().resolve(name), List.of(lines));
  }

  void secret(String name, String text) throws IOException {
    Path file = conf().resolve(name);
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  LogWatch watch() {
    return new LogWatch(store, archive, new NodeRegistry(store));
  }

  void start() throws IOException {
    start(AlertSettings.read(conf()));
  }

  void start(AlertSettings settings) throws IOException {
    alerts = Alerts.start(archive, directory.resolve("archive"), watch(), settings, "cp-1");
    alerts.show((name, label, values) -> metrics.put(name, values));
  }

  void stop() {
    alerts.close();
    alerts = null;
  }

  long metric(String name, String channel) {
    return metrics.get("cofre_controlplane_alert_channel_" + name).get().get(channel);
  }

  long ruleMetric(String name, String rule) {
    return metrics.get("cofre_controlplane_alert_rule_" + name).get().get(rule);
  }

  /** Archives {@code count} decryptions by {@code principal} that failed just now. */
  void fail(String principal, int count) throws Exception {
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(
          AuditEvent.of(Instant.now(), "n1", principal + "-" + i, "decrypt")
              .caller(principal, "token", "192.0.2.1")
              .key("orders")
              .failed("invalid_ciphertext")
              .build());
    }
    add("n1", events);
  }

  void add(String node, List<AuditEvent> events) throws Exception {
    GeneratedLog log = logs.get(node);
    if (log == null) {
      log = new GeneratedLog(node);
      logs.put(node, log);
    }
    archive.take(log.append(events));
  }

  /** Waits for an alert of {@code rule} whose text has {@code part}. */
  void awaitAlert(String rule, String part) throws Exception {
    Await.until(
        rule + " is raised about " + part,
        () ->
            alerts.newest(AlertBook.ALERTS_MAX).stream()
                .anyMatch(
                    alert ->
                        alert.getString("rule").equals(rule)
                            && alert.getString("text").contains(part)));
  }

  void awaitRead() throws Exception {
    Await.until("all is evaluated", () -> alerts.lagEvents() == 0);
  }

  /** The newest alert, when its deliveries by {@code channel} are in {@code state}. */
  JsonObject awaitDelivery(String channel, String state) throws Exception {
    Await.until(
        channel + " is " + state,
        () ->
            alerts.newest(1).stream()
                .anyMatch(alert -> state.equals(delivery(alert, channel).getString("state"))));
    return alerts.newest(1).getFirst();
  }

  static JsonObject delivery(JsonObject alert, String channel) {
    return alert.getJsonObject("deliveries").getJsonObject(channel, new JsonObject());
  }

  /** Moves the clock of the store ahead. */
  void pass(Duration time) {
    clock.ahead = clock.ahead.plus(time);
  }

  /** The time of the machine and what was passed. */
  private static final class MovedClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  Archive archive() {
    return archive;
  }

  Path state() {
    return directory.resolve("archive").resolve("alerts").resolve("state.json");
  }

  String archiveId() {
    return archive.id();
  }

  @Override
  public void close() {
    if (alerts != null) {
      alerts.close();
    }
    archive.close();
    store.close();
  }
}
