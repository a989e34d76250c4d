package dev.cofre.documents.alert;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Optional;

/**
 * Counts events in a window that slides by a twentieth of its length. Events that come later than
 * that, of another log, are counted where they belong. Not thread-safe.
 */
final class CountEvaluation implements Evaluation {
  private static final int STEPS = 20;

  private final Trigger.Count rule;
  private final long stepMs;
  private final Lately<Window> windows = new Lately<>(GROUPS_MAX);

  CountEvaluation(Trigger.Count rule) {
    this.rule = rule;
    this.stepMs = Math.max(1, rule.withinS() * 1_000 / STEPS);
  }

  /** The counts of the last steps; {@code newest} is the number of the last one since 1970. */
  private static final class Window {
    private final long[] counts = new long[STEPS];
    private long newest = Long.MIN_VALUE / 2;

    /** How many there are with {@code weight} more in {@code step}; 0 when that is too old. */
    long add(long step, long weight) {
      if (step > newest) {
        long passed = Math.min(STEPS, step - newest);
        for (long i = 1; i <= passed; i++) {
          counts[(int) Math.floorMod(step - passed + i, (long) STEPS)] = 0;
        }
        newest = step;
      } else if (newest - step >= STEPS) {
        return 0;
      }
      counts[(int) Math.floorMod(step, (long) STEPS)] += weight;
      return Arrays.stream(counts).sum();
    }
  }

  @Override
  public Optional<Reason> take(String group, String value, long timeMs, long weight) {
    long count = windows.getOrMake(group, Window::new).add(Math.floorDiv(timeMs, stepMs), weight);
    return count >= rule.atLeast()
        ? Optional.of(
            new Reason(
                count,
                timeMs - rule.withinS() * 1_000,
                count + " events within " + rule.withinS() + " s"))
        : Optional.empty();
  }

  @Override
  public long forgotten() {
    return windows.forgotten();
  }

  @Override
  public JsonObject save() {
    JsonObject saved = new JsonObject();
    windows.forEach(
        (group, window) -> {
          JsonArray line = new JsonArray().add(window.newest);
          Arrays.stream(window.counts).forEach(line::add);
          saved.put(group, line);
        });
    return saved;
  }

  @Override
  public void restore(JsonObject saved, long latestMs) {
    for (String group : saved.fieldNames()) {
      JsonArray line = saved.getJsonArray(group);
      if (line.getLong(0) > Math.floorDiv(latestMs, stepMs)) {
        // Of a time that has not come: it would take nothing before.
        continue;
      }
      Window window = new Window();
      window.newest = line.getLong(0);
      for (int i = 0; i < STEPS; i++) {
        window.counts[i] = line.getLong(i + 1);
      }
      windows.put(group, window);
    }
  }
}
