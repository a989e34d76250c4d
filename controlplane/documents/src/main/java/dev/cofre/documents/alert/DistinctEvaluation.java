package dev.cofre.documents.alert;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts the different values of each group within a time. Of a group it remembers as many values
 * as make the rule fire, the newest ones. Not thread-safe.
 */
final class DistinctEvaluation implements Evaluation {
  /** The most values that a rule can ask for. */
  static final int VALUES_MAX = 500;

  /** Less than other rules have: a group remembers names. */
  private static final int DISTINCT_GROUPS_MAX = 1_000;

  private final Trigger.Distinct rule;
  private final long withinMs;

  /** Of each group, when each value came last; the one that came first is the first. */
  private final Lately<Map<String, Long>> groups = new Lately<>(DISTINCT_GROUPS_MAX);

  DistinctEvaluation(Trigger.Distinct rule) {
    this.rule = rule;
    this.withinMs = rule.withinS() * 1_000;
  }

  @Override
  public Optional<Reason> take(String group, String value, long timeMs, long weight) {
    Map<String, Long> seen = groups.getOrMake(group, LinkedHashMap::new);
    seen.values().removeIf(atMs -> atMs <= timeMs - withinMs);
    Long before = seen.remove(value);
    if (seen.size() >= rule.atLeast()) {
      seen.remove(seen.keySet().iterator().next());
    }
    seen.put(value, before == null ? timeMs : Math.max(before, timeMs));
    return seen.size() >= rule.atLeast()
        ? Optional.of(
            new Reason(
                seen.size(),
                timeMs - withinMs,
                "at least "
                    + seen.size()
                    + " different values of "
                    + rule.of().text()
                    + " within "
                    + rule.withinS()
                    + " s"))
        : Optional.empty();
  }

  @Override
  public long forgotten() {
    return groups.forgotten();
  }

  @Override
  public JsonObject save() {
    JsonObject saved = new JsonObject();
    groups.forEach(
        (group, seen) -> {
          JsonObject values = new JsonObject();
          seen.forEach(values::put);
          saved.put(group, values);
        });
    return saved;
  }

  @Override
  public void restore(JsonObject saved, long latestMs) {
    for (String group : saved.fieldNames()) {
      JsonObject values = saved.getJsonObject(group);
      Map<String, Long> seen = new LinkedHashMap<>();
      values.fieldNames().forEach(value -> seen.put(value, values.getLong(value)));
      // Of a time that has not come: they would stay for longer than the rule says.
      seen.values().removeIf(atMs -> atMs > latestMs);
      groups.put(group, seen);
    }
  }
}
