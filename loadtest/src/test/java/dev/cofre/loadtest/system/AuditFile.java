package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Reads a data plane's audit log as it stands on the disk. */
final class AuditFile {
  private static final String REQUEST_ID = "\"requestId\":\"";

  private AuditFile() {}

  /** The ids of all requests in the log of {@code deployment}, every record of which is whole. */
  static Set<String> requestIds(Deployment deployment) throws IOException {
    Path file = Path.of(deployment.settings(Cofre.DATA_PLANE).get("audit.file"));
    String text = Files.readString(file, StandardCharsets.UTF_8);
    assertTrue(text.endsWith("\n"), "the last line is whole");
    Set<String> ids = new HashSet<>();
    text.lines()
        .forEach(
            line -> {
              assertTrue(line.startsWith("{") && line.endsWith("}"), line);
              int from = line.indexOf(REQUEST_ID);
              if (from >= 0) {
                from += REQUEST_ID.length();
                ids.add(line.substring(from, line.indexOf('"', from)));
              }
            });
    return ids;
  }
}
