package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two capacity searches on {@code ./cofre dev}, each in its time, agree. */
@ExtendWith(SystemExtension.class)
@Tag("full")
class CapacitySearchTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final double AGREE = 0.15;

  @Test
  void twoSearchesAgree(Cofre cofre, Workspace workspace) throws Exception {
    double first = search(cofre, workspace, "first");
    double second = search(cofre, workspace, "second");
    System.out.printf("capacity %.0f and %.0f%n", first, second);
    assertEquals(1, second / first, AGREE);
  }

  private static double search(Cofre cofre, Workspace workspace, String name) throws Exception {
    Path out = workspace.resolve(name);
    long began = System.nanoTime();
    Child search =
        workspace.launch(name, cofre.environment(), "load", "capacity", "--out", out.toString());
    assertEquals(0, search.exitCode(LIMIT), search.err());
    System.out.println(search.err() + search.out());
    System.out.printf("%s took %.0f s%n", name, (System.nanoTime() - began) / 1e9);
    JsonObject found = new JsonObject(Files.readString(out.resolve("capacity.json")));
    assertTrue(found.getBoolean("complete"), found::encode);
    return found.getDouble("rate");
  }
}
