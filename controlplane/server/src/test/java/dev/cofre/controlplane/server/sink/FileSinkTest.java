package dev.cofre.controlplane.server.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.server.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink into files, whatever is killed. */
class FileSinkTest {
  private static final int KILLS = 6;

  @TempDir Path directory;
  private SinkFixture fixture;

  @BeforeEach
  void open() throws IOException {
    fixture = new SinkFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void configure(String... more) throws IOException {
    List<String> lines = new ArrayList<>(List.of("kind = file", "directory = ../out"));
    lines.addAll(List.of(more));
    fixture.configure("lake", lines.toArray(String[]::new));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve("out"))) {
      return all.sorted().toList();
    }
  }

  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : files()) {
      lines.addAll(Files.readAllLines(file));
    }
    return lines;
  }

  @Test
  void allEventsComeInOrderAndFilesAreRotated() throws Exception {
    configure("rotateBytes = 1048576", "batchEvents = 100", "sync = false");
    fixture.add("n1", 3_000);
    fixture.add("n2", 1_000);
    fixture.start();
    fixture.awaitSent("lake");
    fixture.add("n1", 500);
    fixture.awaitSent("lake");
    assertEquals(fixture.expected(), SinkFixture.firstComings(lines()));
    assertEquals(4_500, lines().size(), "each once, as nothing failed");
    assertTrue(files().size() >= 2, () -> "not rotated");
    for (Path file : files().subList(0, files().size() - 1)) {
      assertTrue(Files.size(file) >= 1 << 20);
    }
    assertEquals(4_500, fixture.metric("events_total", "lake"));
    assertEquals(List.of(), fixture.degradations());
  }

  @Test
  void whatAStartFindsIsNotSentAgainAndATornLineIsHealed() throws Exception {
    configure();
    fixture.add("n1", 50);
    fixture.start();
    fixture.awaitSent("lake");
    fixture.stop();
    Path newest = files().getLast();
    Files.writeString(newest, "{\"id\":\"torn", StandardOpenOption.APPEND);
    fixture.add("n1", 50);
    fixture.start();
    fixture.awaitSent("lake");
    assertEquals(fixture.expected(), SinkFixture.firstComings(lines()));
    assertEquals(100, lines().size());
  }

  @Test
  void aNewSinkMayBeginAtTheEnd() throws Exception {
    configure("start = end");
    fixture.add("n1", 50);
    fixture.start();
    fixture.stop();
    fixture.add("n1", 5);
    fixture.start();
    fixture.awaitSent("lake");
    assertEquals(
        fixture.expected().get("n1").subList(50, 55), SinkFixture.firstComings(lines()).get("n1"));
  }

  @Test
  void aFileThatIsMovedAwayIsReplacedAndAnUnwritableFolderHeals() throws Exception {
    configure("batchEvents = 10");
    fixture.add("n1", 20);
    fixture.start();
    fixture.awaitSent("lake");
    Path moved = directory.resolve("moved.jsonl");
    Files.move(files().getLast(), moved);
    // A file stands in the folder's place: nothing can be written, until it is taken away.
    Files.delete(directory.resolve("out"));
    Files.writeString(directory.resolve("out"), "");
    fixture.add("n1", 20);
    Await.until("it fails", () -> fixture.metric("up", "lake") == 0);
    assertEquals(List.of("audit-sink-lake"), fixture.degradations());
    Files.delete(directory.resolve("out"));
    fixture.awaitSent("lake");
    Await.until("it is well", () -> fixture.degradations().isEmpty());
    List<String> all = new ArrayList<>(Files.readAllLines(moved));
    all.addAll(lines());
    assertEquals(fixture.expected(), SinkFixture.firstComings(all));
  }

  @Test
  void killsLoseNothing() throws Exception {
    configure("batchEvents = 7", "rotateBytes = 1048576");
    for (int i = 0; i < 4; i++) {
      fixture.add("n1", 2_500);
      fixture.add("n2", 500);
    }
    fixture.closeArchive();
    long before = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = child();
      long enough = before + 40_000;
      Await.until("it has written", () -> bytes() >= enough || !process.isAlive());
      assertTrue(process.isAlive(), () -> "it ended by itself");
      process.destroyForcibly().waitFor();
      before = bytes();
    }
    fixture.openArchive();
    fixture.start();
    fixture.awaitSent("lake");
    assertEquals(fixture.expected(), SinkFixture.firstComings(lines()));
    for (Path file : files()) {
      assertFalse(Files.readString(file).isEmpty());
      assertTrue(Files.readString(file, StandardCharsets.US_ASCII).endsWith("\n"));
    }
    System.out.println(lines().size() - 12_000 + " events came twice after " + KILLS + " kills");
  }

  private long bytes() throws IOException {
    if (!Files.isDirectory(directory.resolve("out"))) {
      return 0;
    }
    long bytes = 0;
    for (Path file : files()) {
      bytes += Files.size(file);
    }
    return bytes;
  }

  private Process child() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            SinkProcess.class.getName(),
            fixture.archiveDirectory().toString(),
            fixture.confDirectory().toString())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("child.log").toFile())
        .start();
  }
}
