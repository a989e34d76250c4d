package dev.cofre.documents.alert;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** Fires at each event. Stateless. */
final class EachEvaluation implements Evaluation {
  @Override
  public Optional<Reason> take(String group, String value, long timeMs, long weight) {
    return Optional.of(new Reason(weight, timeMs, ""));
  }

  @Override
  public long forgotten() {
    return 0;
  }

  @Override
  public JsonObject save() {
    return new JsonObject();
  }

  @Override
  public void restore(JsonObject saved, long latestMs) {
    // It remembers nothing.
  }
}
