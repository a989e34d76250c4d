package dev.cofre.cli;

import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;

/** The change is made, but not known to be in force everywhere. Carries no stack trace. */
final class NotEnforcedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JsonObject answer;

  NotEnforcedException(JsonObject answer) {
    super("not in force everywhere", null, false, false);
    this.answer = answer;
  }

  /** The answer of the change, with how far it is. */
  JsonObject answer() {
    return answer;
  }

  /** What to do, in one line. */
  String line() {
    String pending =
        answer.getJsonObject("enforcement").getJsonArray("nodes").stream()
            .map(JsonObject.class::cast)
            .filter(node -> node.getString("state").equals("pending"))
            .map(
                node ->
                    node.getString("node") + " (refuses from " + node.getString("fencedAt") + ")")
            .collect(Collectors.joining(", "));
    return "the change is made, but not known to be in force"
        + (pending.isEmpty()
            ? "; see cofre node list"
            : " on " + pending + "; see cofre node list");
  }
}
