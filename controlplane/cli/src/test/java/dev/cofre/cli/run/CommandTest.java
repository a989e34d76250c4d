package dev.cofre.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands: exit codes, signals and restarts, with real processes. */
class CommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private static Command shell(String script) {
    return new Command(List.of("sh", "-c", script));
  }

  private static CompletableFuture<Integer> end(Command command) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return command.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  private static void exists(Path file) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(file)) {
      assertTrue(System.nanoTime() < end, file + " does not come");
      LockSupport.parkNanos(2_000_000);
    }
  }

  /** What a failed test leaves has this process's output, and its end would be waited for. */
  @AfterEach
  void endWhatIsLeft() {
    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
  }

  @Test
  void theExitCodeIsItsOwn() throws Exception {
    for (int code : new int[] {0, 1, 42, 255}) {
      Command command = shell("exit " + code);
      command.start(Map.of());
      assertEquals(code, command.await());
    }
    Command killed = shell("kill -KILL $$");
    killed.start(Map.of());
    assertEquals(128 + 9, killed.await());
    IOException missing =
        assertThrows(
            IOException.class, () -> new Command(List.of("/no/such/command")).start(Map.of()));
    assertEquals(127, Command.exitCode(missing));
    Path text = Files.writeString(folder.resolve("text"), "no program");
    IOException refused =
        assertThrows(
            IOException.class, () -> new Command(List.of(text.toString())).start(Map.of()));
    assertEquals(126, Command.exitCode(refused));
  }

  /** A signal that this process was started without (nohup) is one that no shell can trap. */
  private static boolean isIgnoredHere(UnixSignal signal) throws IOException {
    int number =
        switch (signal) {
          case HUP -> 1;
          case INT -> 2;
          case USR1 -> 10;
          case USR2 -> 12;
          case TERM -> 15;
        };
    String mask =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow()
            .substring("SigIgn:".length())
            .strip();
    return (Long.parseUnsignedLong(mask, 16) >>> (number - 1) & 1) == 1;
  }

  @Test
  void getsSignals() throws Exception {
    Path ready = folder.resolve("ready");
    for (UnixSignal signal : UnixSignal.values()) {
      if (isIgnoredHere(signal)) {
        continue;
      }
      Files.deleteIfExists(ready);
      Command command =
          shell("trap 'exit 7' " + signal + "; : > " + ready + "; while :; do sleep 0.05; done");
      command.start(Map.of());
      exists(ready);
      command.send(signal);
      assertEquals(7, end(command).get(30, TimeUnit.SECONDS), signal.name());
      command.send(signal);
    }
  }

  @Test
  void isRestartedWithItsNewEnvironmentAndEndsOnce() throws Exception {
    Command command =
        shell(
            ": > " + folder + "/$GIVEN; [ $GIVEN = two ] && exit 5; while :; do sleep 0.05; done");
    command.start(Map.of("GIVEN", "one"));
    exists(folder.resolve("one"));
    CompletableFuture<Integer> end = end(command);
    assertTrue(command.restart(Map.of("GIVEN", "two"), PATIENCE));
    assertEquals(5, end.get(30, TimeUnit.SECONDS));
    assertTrue(Files.exists(folder.resolve("two")));
    assertFalse(command.restart(Map.of("GIVEN", "three"), PATIENCE), "it has ended");
    assertFalse(Files.exists(folder.resolve("three")));
  }

  @Test
  void whatDoesNotEndIsKilledForTheRestart() throws Exception {
    Path ready = folder.resolve("deaf");
    Command command =
        shell(
            "[ $GIVEN = two ] && exit 6; trap '' TERM; : > "
                + ready
                + "; while :; do sleep 0.05; done");
    command.start(Map.of("GIVEN", "one"));
    exists(ready);
    CompletableFuture<Integer> end = end(command);
    assertTrue(command.restart(Map.of("GIVEN", "two"), Duration.ofMillis(50)));
    assertEquals(6, end.get(30, TimeUnit.SECONDS));
  }

  @Test
  void aRestartThatFailsIsTheExitCode() throws Exception {
    Path ready = folder.resolve("ready");
    Path script = folder.resolve("script");
    Files.writeString(
        script, "#!/bin/sh\ntrap 'exit 0' TERM\n: > " + ready + "\nwhile :; do sleep 0.05; done\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    Command command = new Command(List.of(script.toString()));
    command.start(Map.of());
    exists(ready);
    CompletableFuture<Integer> end = end(command);
    Files.delete(script);
    assertThrows(IOException.class, () -> command.restart(Map.of(), PATIENCE));
    assertEquals(127, end.get(30, TimeUnit.SECONDS));
  }

  @Test
  void whoGoesOnAfterAnInterruptIsRestartedAndWhoWasToldToEndIsNot() throws Exception {
    Command command = shell("trap '' INT; : > " + folder + "/$GIVEN; while :; do sleep 0.05; done");
    command.start(Map.of("GIVEN", "one"));
    exists(folder.resolve("one"));
    command.pass(UnixSignal.INT);
    assertTrue(command.restart(Map.of("GIVEN", "two"), PATIENCE));
    exists(folder.resolve("two"));
    command.pass(UnixSignal.TERM);
    assertFalse(command.restart(Map.of("GIVEN", "three"), PATIENCE));
    assertEquals(128 + 15, end(command).get(30, TimeUnit.SECONDS));
    assertFalse(Files.exists(folder.resolve("three")));
  }

  @Test
  void aSignalBeforeTheStartIsPassedOn() throws Exception {
    Command command = shell("while :; do sleep 0.05; done");
    command.pass(UnixSignal.TERM);
    command.start(Map.of());
    assertEquals(128 + 15, end(command).get(30, TimeUnit.SECONDS));
  }

  @Test
  void isNotStartedAnyMoreOnceThisProgramEnds() throws Exception {
    Path trace = folder.resolve("trace");
    Command late = shell(": > " + trace);
    late.forbid();
    assertThrows(IOException.class, () -> late.start(Map.of()));
    assertFalse(Files.exists(trace));

    Command early = shell("while :; do sleep 0.05; done");
    early.start(Map.of());
    early.forbid();
    assertEquals(128 + 15, end(early).get(30, TimeUnit.SECONDS));
  }

  @Test
  void namesOfTokenFilesAreWithheld() {
    for (String name :
        List.of("COFRE_TOKEN_FILE", "COFRE_KEY_TOKEN_FILE", "COFRE_HOME", "COFRE_A_B_TOKEN_FILE")) {
      assertTrue(Command.isWithheld(name), name);
    }
    for (String name : List.of("COFRE_SECRETS_DIR", "COFRE_CONTROL_URL", "TOKEN_FILE", "PATH")) {
      assertFalse(Command.isWithheld(name), name);
    }
  }
}
