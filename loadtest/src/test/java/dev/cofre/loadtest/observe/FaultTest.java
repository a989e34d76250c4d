package dev.cofre.loadtest.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultTest {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final long LIMIT_SECONDS = 30;

  @TempDir Path home;

  private static FutureTask<Void> begin(Fault fault) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              fault.last(LONG);
              return null;
            });
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, what);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void theTokenIsAwayAndComesBack() throws Exception {
    Path tokens = Files.createDirectories(home.resolve("hsm/tokens"));
    Files.writeString(tokens.resolve("object"), "of a key");
    Fault fault = Fault.hsmAway(home);
    FutureTask<Void> task = begin(fault);
    await("it is away", () -> !Files.exists(tokens));
    IOException second = assertThrows(IOException.class, () -> Fault.hsmAway(home).last(LONG));
    assertTrue(second.getMessage().contains("tokens"), second::getMessage);
    assertFalse(Files.exists(tokens), "who could not begin undoes nothing");
    fault.end();
    task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertEquals("of a key", Files.readString(tokens.resolve("object")));
  }

  @Test
  void theHsmIsSlowUntilItIsNotAnyMore() throws Exception {
    Path run = Files.createDirectories(home.resolve("run"));
    Duration by = Duration.ofMillis(5);
    Files.writeString(run.resolve("dataplane.pid"), "4711\n");
    IOException usual = assertThrows(IOException.class, () -> Fault.hsmSlow(home, by, LONG));
    assertTrue(usual.getMessage().contains("./cofre dev --slowable-hsm"), usual::getMessage);
    Path file = Files.createFile(run.resolve("hsm-delay.4711"));
    long beganMs = System.currentTimeMillis();
    Fault fault = Fault.hsmSlow(home, by, LONG);
    FutureTask<Void> task = begin(fault);
    await("it is told", () -> Files.readString(file).startsWith("5000 "));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), "still");
    long untilMs = Long.parseLong(Files.readString(file).strip().substring("5000 ".length()));
    assertTrue(untilMs >= beganMs + LONG.toMillis(), "it lasts, and ends by itself");
    assertTrue(untilMs <= System.currentTimeMillis() + LONG.toMillis() + 2_000);
    fault.end();
    task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertEquals("0 0\n", Files.readString(file));
    Files.delete(file);
    assertThrows(IOException.class, () -> Fault.requireSlowable(home));
  }

  @Test
  void aNodeThatHasEndedIsToldNothing() throws Exception {
    Path run = Files.createDirectories(home.resolve("run"));
    Files.writeString(run.resolve("dataplane.pid"), "4711\n");
    Path file = Files.createFile(run.resolve("hsm-delay.4711"));
    Fault fault = Fault.hsmSlow(home, Duration.ofMillis(5), LONG);
    FutureTask<Void> task = begin(fault);
    await("it is told", () -> Files.readString(file).startsWith("5000 "));
    Files.delete(file);
    fault.end();
    task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertFalse(Files.exists(file));
  }

  @Test
  void aProcessStandsStillAndGoesOn() throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "processes are seen in /proc");
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      Path run = Files.createDirectories(home.resolve("run"));
      Files.writeString(run.resolve("dataplane.pid"), process.pid() + "\n");
      Fault fault = Fault.stopped(home, "dataplane");
      FutureTask<Void> task = begin(fault);
      await("it is stopped", () -> state(process) == 'T');
      fault.end();
      task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      await("it goes on", () -> state(process) == 'S');
      Files.writeString(run.resolve("dataplane.pid"), "-1");
      assertThrows(IOException.class, () -> Fault.stopped(home, "dataplane"));
    } finally {
      process.destroyForcibly();
    }
  }

  private static char state(Process process) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }

  @Test
  void aLargeDiskIsLeftAlone() {
    IOException refused = assertThrows(IOException.class, () -> Fault.diskFull(home, 1));
    assertTrue(refused.getMessage().contains("more than 1"), refused::getMessage);
  }

  @Test
  void aSmallDiskIsFullToTheLastByteAndThenFree() throws Exception {
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=3m", "none", home.toString()) == 0, "root");
    try {
      Fault fault = Fault.diskFull(home, 4 << 20);
      FutureTask<Void> task = begin(fault);
      await("it is full", () -> Files.getFileStore(home).getUsableSpace() == 0);
      fault.end();
      task.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertTrue(Files.getFileStore(home).getUsableSpace() > 2 << 20);
    } finally {
      assertEquals(0, run("umount", home.toString()));
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
  }
}
