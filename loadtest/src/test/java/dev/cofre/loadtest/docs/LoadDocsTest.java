package dev.cofre.loadtest.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Every command and file of docs/LOAD.md. */
class LoadDocsTest {
  /** What runs say of themselves on a machine that is too busy, or too uneven, to measure on. */
  private static final List<String> TOO_BUSY =
      List.of("fell_behind", "no rate was found", "the runs differ");

  @Test
  void everyCommandOfThePageRuns() throws Exception {
    List<String> busy = new ArrayList<>();
    List<Page.Block> blocks = Page.read("docs/LOAD.md").blocks();
    for (Page.Block block : blocks) {
      assertEquals(block.language().equals("sh"), "load".equals(block.run()), block.where());
    }
    assertTrue(blocks.stream().filter(block -> "load".equals(block.run())).count() >= 5);
    try (Shell shell = Shell.open("load")) {
      shell.startPlanes();
      for (Page.Block block : blocks) {
        if ("load".equals(block.run())) {
          try {
            shell.run(block.where(), block.text());
          } catch (AssertionError e) {
            if (TOO_BUSY.stream().noneMatch(e.getMessage()::contains)) {
              throw e;
            }
            busy.add(block.where());
          }
        }
      }
    }
    Assumptions.assumeTrue(busy.isEmpty(), () -> "this machine was too busy for " + busy);
  }
}
