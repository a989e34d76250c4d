package dev.cofre.cli.code;

import dev.cofre.cli.code.Outcome.Result;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What became of a plan, for people and for programs. Stateless. */
public final class ApplyReport {
  private static final Set<Result> FAILURES = Set.of(Result.FAILED, Result.UNREACHED);

  private ApplyReport() {}

  /** In lines. */
  public static List<String> lines(Plan plan, List<Outcome> outcomes) {
    List<String> lines = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      lines.add(
          String.format(Locale.ROOT, "%-14s  %s", word(outcome), outcome.change().title())
              + (outcome.approval() == null
                  ? ""
                  : "  approval " + outcome.approval().getString("id")));
      outcome.lines().forEach(line -> lines.add("    " + line));
    }
    lines.add(
        outcomes.isEmpty()
            ? "no changes: " + plan.unchanged() + " objects are as the files say"
            : plan.unchanged() + " objects were as the files say");
    return lines;
  }

  private static String word(Outcome outcome) {
    return outcome.result().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** As JSON. */
  public static JsonObject json(Plan plan, List<Outcome> outcomes) {
    JsonArray items = new JsonArray();
    for (Outcome outcome : outcomes) {
      JsonObject item =
          PlanReport.titled(outcome.change())
              .put("result", outcome.result().name().toLowerCase(Locale.ROOT).replace('_', '-'))
              .put("messages", new JsonArray(outcome.lines()));
      if (outcome.approval() != null) {
        item.put("approval", outcome.approval());
      }
      items.add(item);
    }
    return new JsonObject().put("outcomes", items).put("unchanged", plan.unchanged());
  }

  /** Whether anything failed. */
  public static boolean hasFailed(List<Outcome> outcomes) {
    return outcomes.stream().anyMatch(outcome -> FAILURES.contains(outcome.result()));
  }

  /** Whether the service could not be reached. */
  public static boolean isUnreached(List<Outcome> outcomes) {
    return outcomes.stream().anyMatch(outcome -> outcome.result() == Result.UNREACHED);
  }

  /** The requests that others must approve. */
  public static List<JsonObject> pending(List<Outcome> outcomes) {
    return outcomes.stream()
        .filter(outcome -> outcome.result() == Result.PENDING)
        .map(Outcome::approval)
        .toList();
  }
}
