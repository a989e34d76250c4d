package dev.cofre.cli.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
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
    OnChange action = command("touch", out.toString(), folder.resolve("a b;c").toString());
    make(action);
    actions.request(action);
    clock.move(Duration.ofSeconds(3));
    actions.run();
    awaitEnd();
    assertTrue(Files.exists(folder.resolve("a b;c")));
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
        new OnChange(List.of("sh", "-c", "sleep 1000; true"), Duration.ofSeconds(5), null, null);
    make(action);
    actions.request(action);
    clock.move(Duration.ofSeconds(3));
    assertTrue(actions.run());
    clock.move(Duration.ofSeconds(6));
    assertTrue(actions.run());
    assertTrue(said.getLast().startsWith("sh did not end in 5 s"), said::toString);
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
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
