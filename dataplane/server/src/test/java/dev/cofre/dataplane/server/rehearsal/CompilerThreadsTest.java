package dev.cofre.dataplane.server.rehearsal;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class CompilerThreadsTest {
  private static final int LESS = 5;

  /** Of proc(5)'s stat, counted from what follows the name in parentheses. */
  private static final int NICE_FIELD = 16;

  /** The niceness of each thread of this process that is still there, by its number. */
  private static Map<Integer, Integer> nices() throws IOException {
    Map<Integer, Integer> nices = new HashMap<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        try {
          String stat = Files.readString(thread.resolve("stat"));
          String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
          nices.put(
              Integer.valueOf(thread.getFileName().toString()),
              Integer.valueOf(fields[NICE_FIELD]));
        } catch (IOException e) {
          assertFalse(Files.exists(thread), e::toString);
        }
      }
    }
    return nices;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void allOfThemGiveWayAndNobodyElse() throws Exception {
    Map<Integer, Integer> before = nices();
    Set<Integer> compilers =
        CompilerThreads.all().stream().map(CompilerThreads.Seen::number).collect(toSet());
    assertFalse(compilers.isEmpty());
    CompilerThreads.giveWay();
    int own = before.get((int) ProcessHandle.current().pid());
    nices()
        .forEach(
            (number, nice) -> {
              if (compilers.contains(number)) {
                assertEquals(own + LESS, nice);
              } else if (before.containsKey(number)) {
                assertEquals(before.get(number), nice);
              }
            });
  }
}
