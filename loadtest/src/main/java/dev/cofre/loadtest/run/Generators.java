package dev.cofre.loadtest.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Several processes of the generator on one schedule. {@link #stop} by any thread. */
public final class Generators implements AutoCloseable {
  private static final long LEAD_MS = 500;
  private static final long END_SECONDS_MAX = 60;

  private final List<Process> processes = new ArrayList<>();
  private final List<Path> folders = new ArrayList<>();

  /**
   * Starts {@code count} of them, each into a folder of its own below {@code folder}.
   *
   * @param arguments what all of them are told
   */
  public Generators(int count, Path folder, String mainClass, List<String> arguments)
      throws IOException {
    for (int i = 1; i <= count; i++) {
      Path own = folder.resolve("part-" + i);
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
      command.addAll(arguments);
      command.addAll(
          List.of(
              "--part",
              i + "/" + count,
              "--start-at",
              "parent",
              "--no-ceiling",
              "--out",
              own.toString()));
      processes.add(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
      folders.add(own);
    }
  }

  /** Waits until all have prepared their requests, then gives them one time to start. */
  public Instant start(double warmUpSeconds) throws IOException {
    for (Process process : processes) {
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      while (line != null && !line.equals(StartSignal.READY)) {
        line = out.readLine();
      }
      if (line == null) {
        throw new IOException("a generator has ended before the start; what it said stands above");
      }
      // What it says from here on is not read: a pipe's room is enough for its summary.
    }
    Instant at = Instant.now().plusMillis((long) (1_000 * warmUpSeconds) + LEAD_MS);
    for (Process process : processes) {
      OutputStream in = process.getOutputStream();
      in.write((at + "\n").getBytes(StandardCharsets.US_ASCII));
      in.flush();
    }
    return at;
  }

  /** Waits for their ends and returns their folders. */
  public List<Path> finish(double seconds) throws InterruptedException, IOException {
    for (Process process : processes) {
      if (!process.waitFor((long) seconds + END_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IOException("a generator does not end");
      }
    }
    return folders;
  }

  /** Lets all end now; they still write what they have. */
  public void stop() {
    processes.forEach(Process::destroy);
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
