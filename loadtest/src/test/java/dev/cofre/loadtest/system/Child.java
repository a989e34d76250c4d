package dev.cofre.loadtest.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that a test started, whose standard error and output stand in files. Thread-safe. */
final class Child implements AutoCloseable {
  private final String name;
  private final Process process;
  private final Path out;
  private final Path err;

  Child(String name, Process process, Path out, Path err) {
    this.name = name;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  Process process() {
    return process;
  }

  long pid() {
    return process.pid();
  }

  String name() {
    return name;
  }

  /** The processor time that it has taken so far. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** What it has said so far on its standard output. */
  String out() throws IOException {
    return Files.readString(out);
  }

  /** What it has said so far on its standard error. */
  String err() throws IOException {
    return Files.readString(err);
  }

  /** The lines of its standard error that are there. */
  List<String> errLines() throws IOException {
    return err().lines().toList();
  }

  /** Waits for its end and returns its exit code. */
  int exitCode(Duration limit) throws InterruptedException, IOException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(name + " did not end within " + limit + ": " + err());
    }
    return process.exitValue();
  }

  /** SIGTERM; returns the exit code. */
  int terminate() throws InterruptedException, IOException {
    process.destroy();
    return exitCode(Duration.ofSeconds(90));
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Ends it and what it has started, however it is. */
  @Override
  public void close() {
    List<ProcessHandle> descendants = process.descendants().toList();
    kill();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }
}
