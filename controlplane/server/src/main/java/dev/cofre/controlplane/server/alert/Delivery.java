package dev.cofre.controlplane.server.alert;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * How far an alert is on its way by one channel. Immutable.
 *
 * @param time when that became so
 * @param attempts that failed before
 * @param answer what the receiver answered, or why it could not be sent; for people
 */
record Delivery(State state, Instant time, int attempts, String answer) {
  /** How far. */
  enum State {
    /** It is tried until the receiver has it. */
    PENDING,
    /** The receiver has it. */
    SENT,
    /** It is given up. */
    DROPPED
  }

  static Delivery pending(Instant time) {
    return new Delivery(State.PENDING, time, 0, "");
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("state", state.name().toLowerCase(java.util.Locale.ROOT))
        .put("time", time.toString())
        .put("attempts", attempts)
        .put("answer", answer);
  }

  static Delivery fromJson(JsonObject json) {
    return new Delivery(
        State.valueOf(json.getString("state").toUpperCase(java.util.Locale.ROOT)),
        Instant.parse(json.getString("time")),
        json.getInteger("attempts"),
        json.getString("answer"));
  }
}
