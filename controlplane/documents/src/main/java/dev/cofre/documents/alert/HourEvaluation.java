package dev.cofre.documents.alert;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Remembers on which day each hour of the day (UTC) was used last. An hour beside one that is used
 * is usual too. Not thread-safe.
 */
final class HourEvaluation implements Evaluation {
  private static final int HOURS = 24;
  private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final Trigger.Hour rule;
  private final Lately<Group> groups = new Lately<>(GROUPS_MAX);

  HourEvaluation(Trigger.Hour rule) {
    this.rule = rule;
  }

  /** When it was seen first, and the last day of each hour. */
  private static final class Group {
    private final long begunMs;
    private final long[] days = new long[HOURS];

    Group(long begunMs) {
      this.begunMs = begunMs;
      Arrays.fill(days, NEVER);
    }
  }

  @Override
  public Optional<Reason> take(String name, String value, long timeMs, long weight) {
    Group group = groups.getOrMake(name, () -> new Group(timeMs));
    int hour = (int) Math.floorMod(Math.floorDiv(timeMs, HOUR_MS), (long) HOURS);
    long day = Math.floorDiv(timeMs, HOUR_MS * HOURS);
    boolean usual = false;
    for (int beside = -1; beside <= 1; beside++) {
      usual |= day - group.days[Math.floorMod(hour + beside, HOURS)] <= rule.days();
    }
    group.days[hour] = Math.max(group.days[hour], day);
    boolean learned = timeMs - group.begunMs >= rule.days() * HOURS * HOUR_MS;
    return learned && !usual
        ? Optional.of(
            new Reason(
                weight,
                timeMs,
                String.format(
                    Locale.ROOT,
                    "at %02d:00 UTC, an hour that was not used for %d days",
                    hour,
                    rule.days())))
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
        (name, group) -> {
          JsonArray line = new JsonArray().add(group.begunMs);
          Arrays.stream(group.days).forEach(line::add);
          saved.put(name, line);
        });
    return saved;
  }

  @Override
  public void restore(JsonObject saved, long latestMs) {
    for (String name : saved.fieldNames()) {
      JsonArray line = saved.getJsonArray(name);
      Group group = new Group(Math.min(line.getLong(0), latestMs));
      for (int i = 0; i < HOURS; i++) {
        group.days[i] = Math.min(line.getLong(i + 1), Math.floorDiv(latestMs, HOUR_MS * HOURS));
      }
      groups.put(name, group);
    }
  }
}
