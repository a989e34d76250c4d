package dev.cofre.documents.alert;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** What a trigger remembers of the events of each group. Not thread-safe. */
interface Evaluation {
  /** The most groups that are remembered for a rule. */
  int GROUPS_MAX = 10_000;

  /**
   * Why the rule fires.
   *
   * @param sinceMs from when on events made it fire, since 1970
   */
  record Reason(long events, long sinceMs, String text) {}

  /**
   * Takes an event of {@code group} at {@code timeMs} since 1970, which stands for {@code weight}.
   *
   * @param value of the field that the trigger looks at; empty when it looks at none
   */
  Optional<Reason> take(String group, String value, long timeMs, long weight);

  /** How many groups were forgotten for want of room. */
  long forgotten();

  /** What it remembers. */
  JsonObject save();

  /** Remembers what was saved, no time being later than {@code latestMs} since 1970. */
  void restore(JsonObject saved, long latestMs);

  /** The one of {@code trigger}. */
  static Evaluation of(Trigger trigger) {
    return switch (trigger) {
      case Trigger.Count count -> new CountEvaluation(count);
      case Trigger.Distinct distinct -> new DistinctEvaluation(distinct);
      case Trigger.FirstSeen seen -> new FirstSeenEvaluation(seen);
      case Trigger.Rate rate -> new RateEvaluation(rate);
      case Trigger.Hour hour -> new HourEvaluation(hour);
      case Trigger.Each ignored -> new EachEvaluation();
      case Trigger.Silence ignored -> new EachEvaluation();
      case Trigger.Gap ignored -> new EachEvaluation();
    };
  }
}
