package dev.cofre.cli.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.cli.run.UnixSignal;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real commands and signals; the clock is moved. */
class ActionsTest {
  @TempDir Path folder;

  private final MovableClock clock = new MovableClock();
  private final List<String> said = new ArrayList<>();
  private final Semaphore wakes = new Semaphore(0);
  private Actions actions;

  @AfterEach
  void close() {
    actions.close();
  }

  private OnChange command(String... line) {
    return new OnChange(List.of(line), Duration.ofSeconds(30), null, null);
  }

  private void make(OnChange... all) {
    AgentConfig config =
        new AgentConfig(
            folder,
            "0700",
            null,
            true,
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            false,
            false,
            List.of(),
            List.of());
    actions = new Actions(Set.of(all), config, clock, said::add, wakes::release);
  }

  private void awaitEnd() throws InterruptedException {
    assertTrue(wakes.tryAcquire(60, TimeUnit.SECONDS), "the command did not end");
    assertTrue(actions.run());
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    Instant end = Instant.now().plusSeconds(60);
    while (!condition.call()) {
      assertTrue(Instant.now().isBefore(end), what);
      Thread.onSpinWait();
    }
  }

  @Test
  void aClockThatIsSetBackDelaysNothing() throws Exception {
    OnChange action = command("true");
    make(action);
    actions.request(action);
    clock.move(Duration.ofSeconds(3));
    assertTrue(actions.run());
    awaitEnd();
    actions.request(action);
    clock.move(Duration.ofHours(-1));
    actions.run();
    clock.move(Duration.ofSeconds(10));
    assertTrue(actions.run(), () -> "waits until " + actions.due());
  }

  private long lines() throws Exception {
    Path out = folder.resolve("out");
    return Files.exists(out) ? Files.readAllLines(out).size() : 0;
  }

  @Test
  void changesSettleAndRunOnceAndNotTooOften() throws Exception {
    OnChange action = command("sh", "-c", "echo x >> " + folder.resolve("out"));
    make(action);
    actions.request(action);
    clock.move(Duration.ofSeconds(1));
    actions.request(action);
    clock.move(Duration.ofSeconds(1));
    assertFalse(actions.run(), "the changes have not settled");
    assertEquals(List.of(action.id()), actions.pending());
    clock.move(Duration.ofSeconds(1));
    assertTrue(actions.run());
    awaitEnd();
    assertEquals(1, lines());
    assertEquals(List.of(), actions.pending());
    actions.request(action);
    clock.move(Duration.ofSeconds(9));
    assertFalse(actions.run(), "too soon after the one before");
    clock.move(Duration.ofSeconds(1));
    assertTrue(actions.run());
    awaitEnd();
    assertEquals(2, lines());
  }

  @Test
  void argumentsStayArgumentsAndTokensStayAway() throws Exception {
    Path out = folder.resolve("out");
    Path file = folder.resolve("a b;c");
    OnChange action =
        command("sh", "-c", "env > \"$1\"; touch \"$2\"", "sh", out.toString(), file.toString());
    make(action);
    actions.request(action);
    clock.move(Duration.ofSeconds(3));
    actions.run();
    awaitEnd();
    assertTrue(Files.exists(file));
    // The build gives this process the variable.
    assertTrue(System.getenv().containsKey("COFRE_WITHHELD_TOKEN_FILE"));
    assertTrue(Files.readString(out).contains("PATH="));
    assertFalse(Files.readString(out).contains("COFRE_WITHHELD_TOKEN_FILE"));
    assertFalse(actions.status().encode().contains("a b;c"), "the status shows arguments");
  }

  @Test
  void whatFailsIsTriedThreeTimesAndTold() throws Exception {
    OnChange action = command("sh", "-c", "echo x >> " + folder.resolve("out") + "; exit 3");
    make(action);
    actions.request(action);
    for (int i = 1; i <= 3; i++) {
      clock.move(Duration.ofSeconds(11));
      assertTrue(actions.run());
      awaitEnd();
      assertEquals(i, lines());
    }
    clock.move(Duration.ofSeconds(100));
    assertFalse(actions.run());
    assertEquals("sh ended with 3; it is given up", said.getLast());
    JsonObject status = actions.status().getJsonObject(0);
    assertEquals(3, status.getInteger("failures"));
  }

  @Test
  void whatDoesNotEndIsKilledWithWhatItStarted() throws Exception {
    OnChange action =
        new OnChange(
            List.of("sh", "-c", "sleep 1000 & echo $! $$ > " + folder.resolve("out") + "; wait"),
            Duration.ofSeconds(5),
            null,
            null);
    make(action);
    actions.request(action);
    clock.move(Duration.ofSeconds(3));
    assertTrue(actions.run());
    Path out = folder.resolve("out");
    await("both run", () -> Files.exists(out) && Files.readString(out).endsWith("\n"));
    List<ProcessHandle> started =
        Stream.of(Files.readString(out).strip().split(" "))
            .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
            .toList();
    clock.move(Duration.ofSeconds(6));
    assertTrue(actions.run());
    assertTrue(said.getLast().startsWith("sh did not end in 5 s"), said::toString);
    await("both are killed", () -> started.stream().noneMatch(ProcessHandle::isAlive));
    OnChange missing = command("/no/such/command");
    make(missing);
    actions.request(missing);
    clock.move(Duration.ofSeconds(3));
    actions.run();
    assertTrue(said.getLast().contains("cannot be run"), said::toString);
  }

  @Test
  void aSignalGoesToTheProcessThatTheFileNamesAndToNoYoungerOne() throws Exception {
    Path file = folder.resolve("pid");
    Path out = folder.resolve("out");
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "trap 'echo x >> "
                    + out
                    + "; exit 0' USR1; : > "
                    + folder.resolve("up")
                    + "; while :; do sleep 0.05; done")
            .start();
    try {
      Instant end = Instant.now().plusSeconds(60);
      while (!Files.exists(folder.resolve("up")) && Instant.now().isBefore(end)) {
        Thread.onSpinWait();
      }
      OnChange action = new OnChange(List.of(), Duration.ZERO, UnixSignal.USR1, file);
      make(action);
      Files.writeString(file, process.pid() + "\n");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(1_000)));
      actions.request(action);
      clock.move(Duration.ofSeconds(3));
      actions.run();
      assertTrue(said.getLast().contains("is younger"), said::toString);
      Path fifo = folder.resolve("fifo");
      assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
      OnChange named = new OnChange(List.of(), Duration.ZERO, UnixSignal.USR1, fifo);
      Actions signals = actions;
      make(named);
      actions.request(named);
      clock.move(Duration.ofSeconds(3));
      assertTimeoutPreemptively(Duration.ofSeconds(60), actions::run);
      assertTrue(said.getLast().contains("no regular file"), said::toString);
      actions = signals;
      Files.writeString(file, "1\n");
      clock.move(Duration.ofSeconds(11));
      actions.run();
      assertTrue(said.getLast().contains("no such process"), said::toString);
      assertTrue(process.isAlive());
      Files.writeString(file, process.pid() + "\n");
      clock.move(Duration.ofSeconds(11));
      actions.run();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), said::toString);
      assertEquals(1, lines());
      assertFalse(UnixSignal.USR1.send(process.pid()), "kill(2) said that there is no process");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
