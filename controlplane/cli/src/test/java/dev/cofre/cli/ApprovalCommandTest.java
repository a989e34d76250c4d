package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who approves sees all of it. */
class ApprovalCommandTest {
  private static final JsonObject REQUEST =
      new JsonObject()
          .put("id", "some-id")
          .put("action", "secret:export")
          .put(
              "changes",
              new JsonArray()
                  .add("+ recipient: sha256:abc")
                  .add("+ leaves: one version 2 (dev, internal)")
                  .add("+ leaves: two, or: so version 1 (prod, internal)")
                  .add("a line without a key"))
          .put("request", new JsonObject().put("method", "POST").put("body", "aHVudGVyMg=="))
          .put("digest", "d1");

  @TempDir Path home;

  @Test
  void showsEachChangeInALineOfItsOwn() throws Exception {
    try (AnsweringService plane =
        new AnsweringService(home, List.of("security-admin"), () -> REQUEST)) {
      CliRun run = plane.run(List.of("approval", "show", "some-id"));
      assertEquals(ExitCodes.OK, run.exitCode(), run::err);
      List<String> lines =
          run.text().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
      int first = lines.indexOf("+ recipient sha256:abc");
      assertTrue(first > 0, run::text);
      assertEquals(
          List.of(
              "+ leaves one version 2 (dev, internal)",
              "+ leaves two, or: so version 1 (prod, internal)",
              "a line without a key"),
          lines.subList(first + 1, lines.size()));
      assertTrue(lines.contains("digest d1"), run::text);
      assertFalse(run.text().contains("aHVudGVyMg"), run::text);
    }
  }
}
