package dev.cofre.engine.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NicenessTest {
  private static final int LESS = 10;

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

  private static int own() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Integer.parseInt(fields[NICE_FIELD]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
