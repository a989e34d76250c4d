package dev.cofre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exit codes of {@code scan}. */
class ScanCommandTest {
  @TempDir Path folder;

  private void git(String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of("git", "-C", folder.toString()));
    line.addAll(
        List.of(
            "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"));
    line.addAll(List.of(arguments));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  private CliRun scan(String... more) {
    List<String> args = new ArrayList<>(List.of("scan", folder.toString(), "--output", "json"));
    args.addAll(List.of(more));
    return CliRun.of(Map.of(), args.toArray(String[]::new));
  }

  @Test
  void whatWasNotSearchedWholeIsNotClean() throws Exception {
    git("init", "-q");
    for (String name : List.of("a", "b", "c")) {
      Files.writeString(folder.resolve(name), name);
    }
    git("add", "-A");
    git("commit", "-qm", "first");
    CliRun whole = scan("--history");
    assertEquals(ExitCodes.OK, whole.exitCode(), whole::err);
    assertTrue(new JsonObject(whole.text()).getBoolean("complete"));
    CliRun cut = scan("--history", "--objects-max", "2");
    assertEquals(ExitCodes.FAILED, cut.exitCode(), cut::err);
    assertFalse(new JsonObject(cut.text()).getBoolean("complete"));
    assertTrue(cut.err().contains("not everything was searched"), cut::err);
    assertTrue(cut.err().contains("--objects-max"), cut::err);
  }
}
