package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditRecordEncoder;
import dev.cofre.contract.audit.AuditRecordFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditCommandTest {
  private static final List<AuditEvent> EVENTS =
      List.of(
          AuditEvent.of(Instant.EPOCH, "n", "r1", "encrypt").build(),
          AuditEvent.of(Instant.EPOCH, "n", "r2", "decrypt").key("a\u001b[2Jb").build());

  @TempDir Path home;

  private Path segment() throws IOException {
    Path directory = Files.createDirectories(home.resolve("audit/dataplane"));
    AuditRecordEncoder encoder = new AuditRecordEncoder();
    EVENTS.forEach(encoder::add);
    ByteBuffer segment = ByteBuffer.allocate(4_096);
    segment.putLong(0, AuditRecordFormat.SEGMENT_MAGIC);
    segment.putInt(AuditRecordFormat.SEGMENT_FORMAT_AT, AuditRecordFormat.FORMAT);
    segment.put(AuditRecordFormat.SEGMENT_HEADER_LENGTH, encoder.bytes(), 0, encoder.length());
    return Files.write(directory.resolve("segment-0000000001"), segment.array());
  }

  private CliRun show(String... options) {
    Map<String, String> environment = Map.of("COFRE_HOME", home.toString());
    String[] args = new String[options.length + 2];
    args[0] = "audit";
    args[1] = "show";
    System.arraycopy(options, 0, args, 2, options.length);
    return CliRun.of(environment, args);
  }

  @Test
  void eventsAreLinesOfJson() throws IOException {
    Path directory = segment().getParent();
    String expected = EVENTS.get(0).toJson() + "\n" + EVENTS.get(1).toJson() + "\n";
    for (CliRun run :
        List.of(show("--plane", "dataplane"), show("--directory", directory.toString()))) {
      assertEquals(ExitCodes.OK, run.exitCode(), run::err);
      assertEquals(expected, run.text());
    }
  }

  @Test
  void damageIsTold() throws IOException {
    Path segment = segment();
    byte[] bytes = Files.readAllBytes(segment);
    bytes[AuditRecordFormat.SEGMENT_HEADER_LENGTH + 20]++;
    Files.write(segment, bytes);
    CliRun run = show("--plane", "dataplane");
    assertEquals(ExitCodes.FAILED, run.exitCode());
    assertEquals(EVENTS.get(1).toJson() + "\n", run.text());
    assertTrue(run.err().contains("segment-0000000001 is damaged"), run::err);
  }

  @Test
  void misuseIsTold() {
    for (CliRun run : List.of(show(), show("--plane", "other"), show("--plane", "dataplane"))) {
      assertEquals(ExitCodes.USAGE, run.exitCode(), run::err);
      assertEquals(1, run.errLines(), run::err);
    }
  }
}
