package dev.cofre.dataplane.server.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class CompilerThreadsTest {
  private static final int LESS = 5;

  /** Of proc(5)'s stat, counted from what follows the name in parentheses. */
  private static final int NICE_FIELD = 16;

  private static int nice(Path thread) throws Exception {
    String stat = Files.readString(thread.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Integer.parseInt(fields[NICE_FIELD]);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void allOfThemGiveWayAndNobodyElse() throws Exception {
    int own = nice(Path.of("/proc/thread-self"));
    CompilerThreads.giveWay();
    List<CompilerThreads.Seen> compilers = CompilerThreads.all();
    assertFalse(compilers.isEmpty());
    for (CompilerThreads.Seen compiler : compilers) {
      assertEquals(own + LESS, nice(Path.of("/proc/self/task/" + compiler.number())));
    }
    assertEquals(own, nice(Path.of("/proc/thread-self")));
  }
}
