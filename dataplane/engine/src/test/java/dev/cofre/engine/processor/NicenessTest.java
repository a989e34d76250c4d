package dev.cofre.engine.processor;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NicenessTest {
  private static final int LESS = 10;
  private static final int SOMEWHAT_LESS = 5;

  /** Of proc(5)'s stat, counted from what follows the name in parentheses. */
  private static final int NICE_FIELD = 16;

  @Test
  @EnabledOnOs(OS.LINUX)
  void theCallingThreadAloneGivesWayHoweverOften() throws Exception {
    int before = own();
    AtomicInteger after = new AtomicInteger();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  Niceness.giveWay();
                  Niceness.giveWay();
                  after.set(own());
                });
    thread.join();
    assertEquals(before + LESS, after.get());
    assertEquals(before, own());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void anotherThreadGivesSomeWay() throws Exception {
    CompletableFuture<Integer> number = new CompletableFuture<>();
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  number.complete(ownNumber());
                  assertDoesNotThrow(() -> end.await());
                });
    try {
      int before = own();
      Niceness.giveSomeWay(number.join());
      assertEquals(before + SOMEWHAT_LESS, nice(Path.of("/proc/self/task/" + number.join())));
      assertEquals(before, own());
    } finally {
      end.countDown();
      thread.join();
    }
  }

  private static int ownNumber() {
    try {
      return Integer.parseInt(Path.of("/proc/thread-self").toRealPath().getFileName().toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int own() {
    return nice(Path.of("/proc/thread-self"));
  }

  private static int nice(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Integer.parseInt(fields[NICE_FIELD]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
