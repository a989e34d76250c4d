package dev.cofre.loadtest.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The processor time that a server has taken so far, by Linux's {@code /proc}. Thread-safe. */
public final class ServerTime {
  private static final long TICK_NS = 10_000_000;

  /** Of the fields behind the name of a thread, which may hold spaces. */
  private static final int USER = 11;

  private static final int SYSTEM = 12;

  private final ProcessHandle server;

  /** Of {@code server}, a process of this machine. */
  public ServerTime(ProcessHandle server) {
    this.server = server;
  }

  /** Of all its threads, those that have ended too. */
  public long processNs() {
    return server.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** Of the threads of its JVM that compile. */
  public long compilersNs() throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc", "" + server.pid(), "task"))) {
      List<Path> all = threads.toList();
      long ticks = 0;
      for (Path thread : all) {
        ticks += compilerTicks(thread);
      }
      return ticks * TICK_NS;
    }
  }

  private static long compilerTicks(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
      if (!stat.contains("(C1 Compiler") && !stat.contains("(C2 Compiler")) {
        return 0;
      }
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
    } catch (IOException ended) {
      // A thread that has ended since it was listed.
      return 0;
    }
  }
}
