package dev.cofre.documents.alert;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * Remembers which values each group was seen with. All values are taken while a group is new. Not
 * thread-safe.
 */
final class FirstSeenEvaluation implements Evaluation {
  private static final int PAIRS_MAX = 50_000;
  private static final String GROUPS = "groups";
  private static final String PAIRS = "pairs";

  private final Trigger.FirstSeen rule;

  /** When each group was seen first. */
  private final Lately<Long> groups = new Lately<>(GROUPS_MAX);

  /** Each group with each value. */
  private final Lately<Boolean> pairs = new Lately<>(PAIRS_MAX);

  FirstSeenEvaluation(Trigger.FirstSeen rule) {
    this.rule = rule;
  }

  @Override
  public Optional<Reason> take(String group, String value, long timeMs, long weight) {
    long begunMs = groups.getOrMake(group, () -> timeMs);
    String pair = group + "\n" + value;
    if (pairs.get(pair) != null) {
      return Optional.empty();
    }
    pairs.put(pair, true);
    return timeMs - begunMs >= rule.learnS() * 1_000
        ? Optional.of(
            new Reason(weight, timeMs, "this " + rule.of().text() + " was never seen here before"))
        : Optional.empty();
  }

  @Override
  public long forgotten() {
    return groups.forgotten() + pairs.forgotten();
  }

  @Override
  public JsonObject save() {
    JsonObject begun = new JsonObject();
    groups.forEach(begun::put);
    JsonObject seen = new JsonObject();
    pairs.forEach((pair, ignored) -> seen.put(pair, 1));
    return new JsonObject().put(GROUPS, begun).put(PAIRS, seen);
  }

  @Override
  public void restore(JsonObject saved, long latestMs) {
    JsonObject begun = saved.getJsonObject(GROUPS);
    begun
        .fieldNames()
        .forEach(group -> groups.put(group, Math.min(begun.getLong(group), latestMs)));
    saved.getJsonObject(PAIRS).fieldNames().forEach(pair -> pairs.put(pair, true));
  }
}
