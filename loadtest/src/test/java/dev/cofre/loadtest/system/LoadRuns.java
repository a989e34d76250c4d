package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** {@code ./cofre load} into the folder {@code out} of a workspace. */
final class LoadRuns {
  /** What the generator says of itself on a machine that is busy with other tests. */
  private static final Set<Integer> RAN = Set.of(0, 2);

  private LoadRuns() {}

  /** The summary of a run whose exit code is {@code code}, or 2 where the machine was too busy. */
  static JsonObject run(Cofre cofre, Workspace workspace, int code, String... arguments)
      throws Exception {
    Path out = workspace.resolve("out");
    String[] all = new String[arguments.length + 3];
    all[0] = "load";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "--out";
    all[arguments.length + 2] = out.toString();
    CliRun run = cofre.cli(new byte[0], all);
    assertTrue(RAN.contains(run.exitCode()), run::err);
    JsonObject summary = summary(out);
    boolean behind = summary.getString("valid").equals("fell_behind");
    assertEquals(behind ? 2 : code, run.exitCode(), () -> run.text() + run.err());
    return summary;
  }

  /**
   * How many of a run's requests a busy node has shed; the errors of the others must be {@code
   * expected}.
   */
  static int shed(JsonObject summary, String... expected) {
    JsonObject errors = summary.getJsonObject("errors").copy();
    Object shed = errors.remove("overloaded");
    assertEquals(Set.of(expected), errors.fieldNames());
    return shed == null ? 0 : (Integer) shed;
  }

  /** What the run in {@code out} has written. */
  static JsonObject summary(Path out) throws IOException {
    return new JsonObject(Files.readString(out.resolve("summary.json")));
  }
}
