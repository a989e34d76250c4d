package dev.cofre.documents.alert;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;

/**
 * Holds the events of the window that runs against the mean of those before, each of which counts
 * less than the one after it. Not thread-safe.
 */
final class RateEvaluation implements Evaluation {
  /** How much a window that ended moves the mean. */
  private static final double SHARE = 0.1;

  private static final int FORGOTTEN_AFTER = 200;

  private final Trigger.Rate rule;
  private final Lately<Group> groups = new Lately<>(GROUPS_MAX);

  RateEvaluation(Trigger.Rate rule) {
    this.rule = rule;
  }

  /** The window that runs, and what was before. */
  private static final class Group {
    private long window;
    private long count;
    private long windows;
    private double mean;

    void moveTo(long next) {
      long passed = next - window;
      for (long i = 0; i < Math.min(passed, FORGOTTEN_AFTER); i++) {
        // The first windows have equal shares, so that the very first one does not last.
        double share = Math.max(SHARE, 1.0 / (windows + 1));
        mean += share * (count - mean);
        count = 0;
        windows++;
      }
      windows += Math.max(0, passed - FORGOTTEN_AFTER);
      window = next;
    }
  }

  @Override
  public Optional<Reason> take(String name, String value, long timeMs, long weight) {
    long windowMs = rule.windowS() * 1_000;
    long window = Math.floorDiv(timeMs, windowMs);
    Group group =
        groups.getOrMake(
            name,
            () -> {
              Group made = new Group();
              made.window = window;
              return made;
            });
    if (window > group.window) {
      group.moveTo(window);
    } else if (window < group.window) {
      return Optional.empty();
    }
    group.count += weight;
    boolean unusual =
        group.windows >= rule.learnWindows()
            && group.count >= rule.atLeast()
            && group.count >= rule.factor() * group.mean;
    return unusual
        ? Optional.of(
            new Reason(
                group.count,
                window * windowMs,
                String.format(
                    Locale.ROOT,
                    "%d events within %d s, where %.1f are usual",
                    group.count,
                    rule.windowS(),
                    group.mean)))
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
        (name, group) ->
            saved.put(
                name,
                new JsonArray()
                    .add(group.window)
                    .add(group.count)
                    .add(group.windows)
                    .add(group.mean)));
    return saved;
  }

  @Override
  public void restore(JsonObject saved, long latestMs) {
    for (String name : saved.fieldNames()) {
      JsonArray line = saved.getJsonArray(name);
      Group group = new Group();
      group.window = Math.min(line.getLong(0), Math.floorDiv(latestMs, rule.windowS() * 1_000));
      group.count = line.getLong(1);
      group.windows = line.getLong(2);
      group.mean = line.getDouble(3);
      groups.put(name, group);
    }
  }
}
