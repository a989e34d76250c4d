package dev.cofre.controlplane.server.sink;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.server.Await;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** A real archive of made-up logs, and sinks that read it. Not thread-safe. */
final class SinkFixture implements AutoCloseable {
  private static final int SEGMENT_BYTES = 64 << 10;

  final Path directory;
  private final Map<String, GeneratedLog> logs = new LinkedHashMap<>();
  private final Map<String, List<String>> ids = new LinkedHashMap<>();
  private Archive archive;
  private Sinks sinks;
  private final Map<String, Supplier<Map<String, Long>>> metrics = new HashMap<>();

  SinkFixture(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(confDirectory());
    archive = Archive.open(archiveDirectory(), SEGMENT_BYTES);
  }

  Path archiveDirectory() {
    return directory.resolve("archive");
  }

  Path confDirectory() {
    return directory.resolve("conf");
  }

  /** Archives {@code count} more events of {@code node}. */
  void add(String node, int count) throws Exception {
    GeneratedLog log = logs.get(node);
    if (log == null) {
      log = new GeneratedLog(node);
      logs.put(node, log);
    }
    List<String> known = ids.computeIfAbsent(node, ignored -> new ArrayList<>());
    List<AuditEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = known.size();
      known.add(log.origin + "/" + number);
      events.add(
          AuditEvent.of(Instant.EPOCH.plusMillis(number), node, node + "-" + number, "encrypt")
              .caller("app-é", "token", "192.0.2.1")
              .build());
    }
    archive.take(log.append(events));
  }

  /** Writes {@code NAME.conf}. */
  void configure(String name, String... lines) throws IOException {
    Files.write(confDirectory().resolve(name + ".conf"), List.of(lines));
  }

  /** What the sink {@code name} reads, without the sink. */
  SinkFeed feed(String name) throws IOException {
    return new SinkFeed(archive, settings(name), new SinkCursor(directory.resolve(name)));
  }

  SinkSettings settings(String name) {
    return SinkSettings.readAll(confDirectory()).stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  void start() throws IOException {
    sinks = Sinks.start(archive, archiveDirectory(), SinkSettings.readAll(confDirectory()));
    sinks.show((name, label, values) -> metrics.put(name, values));
  }

  void stop() {
    sinks.close();
    sinks = null;
  }

  /** Closes the archive, for another process to open it. */
  void closeArchive() {
    archive.close();
  }

  void openArchive() throws IOException {
    archive = Archive.open(archiveDirectory(), SEGMENT_BYTES);
  }

  long metric(String name, String sink) {
    return metrics.get("cofre_controlplane_sink_" + name).get().get(sink);
  }

  List<String> degradations() {
    return sinks.degradations();
  }

  void awaitSent(String sink) throws Exception {
    Await.until("all is sent by " + sink, () -> metric("lag_events", sink) == 0);
  }

  /** All events that are archived, by node, in their order. */
  Map<String, List<String>> expected() {
    return ids;
  }

  /** The ids of {@code lines} of JSON by node, the first time that each came. */
  static Map<String, List<String>> firstComings(List<String> lines) {
    Map<String, Set<String>> seen = new LinkedHashMap<>();
    for (String line : lines) {
      JsonObject event = new JsonObject(line);
      seen.computeIfAbsent(event.getString("node"), ignored -> new LinkedHashSet<>())
          .add(event.getString("id"));
    }
    Map<String, List<String>> all = new HashMap<>();
    seen.forEach((node, ofNode) -> all.put(node, List.copyOf(ofNode)));
    return all;
  }

  @Override
  public void close() {
    if (sinks != null) {
      sinks.close();
    }
    archive.close();
  }
}
