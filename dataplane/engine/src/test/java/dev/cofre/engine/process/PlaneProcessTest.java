package dev.cofre.engine.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a plane's process ends, seen from outside. */
class PlaneProcessTest {
  private static final long LIMIT_S = 30;
  private static final String SERVES = "serves";
  private static final String STOPPED = "stopped";

  @TempDir private Path folder;

  /** A plane of which others know a while before its main function does. */
  static final class Slow {
    private Slow() {}

    public static void main(String[] args) {
      new PlaneProcess("slow", List.of(), (configuration, checkOnly) -> serve(args[2]))
          .main(List.of(args).subList(0, 2).toArray(String[]::new));
    }

    private static PlaneProcess.Running serve(String how) throws IOException {
      if (how.equals("fails")) {
        throw new IOException("no such token");
      }
      System.out.println(SERVES);
      if (how.equals("returns")) {
        return () -> System.out.println(STOPPED);
      }
      int read = System.in.read();
      return () -> System.out.println(STOPPED + read);
    }
  }

  private Process start(String how) throws IOException {
    Path file = Files.writeString(folder.resolve("slow.conf"), "plane = slow\n");
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Slow.class.getName(),
            "--config",
            file.toString(),
            how)
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private static int exitCode(Process process) throws InterruptedException {
    try {
      assertTrue(process.waitFor(LIMIT_S, TimeUnit.SECONDS), "it ends");
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static BufferedReader lines(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  @Test
  void sigtermStopsInOrder() throws Exception {
    Process process = start("returns");
    BufferedReader out = lines(process);
    assertEquals(SERVES, out.readLine());
    process.toHandle().destroy();
    assertEquals(STOPPED, out.readLine());
    assertEquals(0, exitCode(process));
  }

  @Test
  void sigtermInTheMiddleOfTheStartStopsInOrder() throws Exception {
    Process process = start("waits");
    BufferedReader out = lines(process);
    assertEquals(SERVES, out.readLine());
    process.toHandle().destroy();
    process.getOutputStream().write('x');
    process.getOutputStream().flush();
    assertEquals(STOPPED + (int) 'x', out.readLine());
    assertEquals(0, exitCode(process));
  }

  @Test
  void aStartThatDoesNotEndIsNotWaitedFor() throws Exception {
    Process process = start("waits");
    assertEquals(SERVES, lines(process).readLine());
    process.toHandle().destroy();
    assertEquals(0, exitCode(process));
    assertTrue(Files.readString(folder.resolve("err")).contains("stopped while it was starting"));
  }

  @Test
  void aStartThatFailsKeepsItsExitCode() throws Exception {
    Process process = start("fails");
    assertEquals(PlaneProcess.FAILED, exitCode(process));
    assertEquals(List.of("cofre slow: no such token"), Files.readAllLines(folder.resolve("err")));
  }
}
