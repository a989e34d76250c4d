package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of the launcher that build nothing and start no plane. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of(System.getProperty("cofre.root"), "cofre");

  @TempDir Path folder;

  /** JUnit is not to look behind the links. */
  private void unlink(Path... links) throws IOException {
    for (Path link : links) {
      Files.delete(link);
    }
  }

  private record Run(int exitCode, String out, String err) {}

  private Run run(Path launcher, String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("COFRE_HOME", folder.resolve("a home").toString());
    builder.environment().put("COFRE_NO_BUILD", "1");
    int exitCode = builder.start().waitFor();
    return new Run(exitCode, Files.readString(out), Files.readString(err));
  }

  @ParameterizedTest
  @ValueSource(strings = {"help", "--help", "-h"})
  void helpNamesTheCommands(String word) throws Exception {
    Run run = run(LAUNCHER, word);
    assertEquals(0, run.exitCode());
    assertTrue(run.out().contains("encrypt --key KEY"), run::out);
    assertTrue(run.out().contains("test [--fast|--full]"), run::out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"dev", "dataplane", "controlplane", "doctor", "config", "hsm", "test", "format"})
  void itsOwnCommandsExplainThemselves(String command) throws Exception {
    Run run = run(LAUNCHER, command, "--help");
    assertEquals(0, run.exitCode());
    assertTrue(run.out().startsWith("Usage: ./cofre " + command), run::out);
  }

  @Test
  void anUnknownOptionOfDevIsWrongUsage() throws Exception {
    Run run = run(LAUNCHER, "dev", "--fast");
    assertEquals(2, run.exitCode());
    assertEquals("cofre: usage: ./cofre dev [--slowable-hsm]\n", run.err());
  }

  @Test
  void anUnknownCommandIsWrongUsage() throws Exception {
    Run run = run(LAUNCHER, "nonsense");
    assertEquals(2, run.exitCode());
    assertEquals("cofre: unknown command 'nonsense'; ./cofre help lists the commands\n", run.err());
  }

  @Test
  void noCommandIsWrongUsage() throws Exception {
    Run run = run(LAUNCHER);
    assertEquals(2, run.exitCode());
    assertEquals("", run.out());
    assertFalse(run.err().isEmpty());
  }

  @Test
  void itIsFoundThroughLinksInFoldersWithSpaces() throws Exception {
    Path links = Files.createDirectories(folder.resolve("a folder"));
    Path first = Files.createSymbolicLink(links.resolve("first"), LAUNCHER.toAbsolutePath());
    Path second = Files.createSymbolicLink(links.resolve("second"), first.getFileName());
    assertEquals(run(LAUNCHER, "version"), run(second, "version"));
    assertTrue(run(second, "version").out().matches("cofre \\d+\\.\\d+\\..*\n"));
    unlink(second, first);
  }

  @Test
  void aConfigurationThatNamesNoPlaneIsRefused() throws Exception {
    Path file =
        Files.writeString(folder.resolve("my plane.conf"), "# plane = dataplane\nplane = x\n");
    Run run = run(LAUNCHER, "config", "check", "--config", file.toString());
    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains("plane = dataplane"), run::err);
  }

  @Test
  void withoutAConfigurationThereIsNothingToCheck() throws Exception {
    Run run = run(LAUNCHER, "config", "check");
    assertEquals(0, run.exitCode());
    assertTrue(run.err().contains("nothing to check"), run::err);
  }
}
