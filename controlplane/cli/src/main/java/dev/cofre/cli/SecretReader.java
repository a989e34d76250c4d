package dev.cofre.cli;

import dev.cofre.cli.run.SecretValue;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads secrets by their names, all at once. Thread-safe. */
final class SecretReader {
  static final String ROLE = "app";

  private final Terminal terminal;
  private final ControlPlane plane;

  SecretReader(Terminal terminal, ControlPlane plane) {
    this.terminal = terminal;
    this.plane = plane;
  }

  /**
   * What was answered.
   *
   * @param values by name; the receiver overwrites them
   * @param refusals by name: a line for each that has none
   */
  record Answer(Map<String, SecretValue> values, Map<String, String> refusals) {}

  /**
   * Reads {@code names}, at most 100.
   *
   * @throws dev.cofre.client.CofreException when the control plane refuses the request, or cannot
   *     be reached
   */
  Answer read(List<String> names) {
    return read(names, false);
  }

  /** The same; {@code resolve}: templates are filled with what they refer to. */
  Answer read(List<String> names, boolean resolve) {
    return plane.call(terminal.environment(), ROLE, calls -> read(calls, names, resolve));
  }

  /** All in the group {@code group}. */
  Answer readGroup(String group, boolean resolve) {
    JsonObject asked = new JsonObject().put("group", group);
    return plane.call(terminal.environment(), ROLE, calls -> read(calls, asked, resolve));
  }

  /** The same by {@code calls}. */
  static Answer read(ControlPlane.Calls calls, List<String> names, boolean resolve) {
    return read(calls, new JsonObject().put("names", new JsonArray(names)), resolve);
  }

  private static Answer read(ControlPlane.Calls calls, JsonObject asked, boolean resolve) {
    if (resolve) {
      asked.put("resolve", true);
    }
    JsonObject answer = calls.post("/v1/secret-values", asked);
    Map<String, SecretValue> values = new LinkedHashMap<>();
    Map<String, String> refusals = new LinkedHashMap<>();
    for (Object each : answer.getJsonArray("items")) {
      JsonObject item = (JsonObject) each;
      String name = item.getString("name");
      JsonObject error = item.getJsonObject("error");
      if (error == null) {
        byte[] bytes = Base64.getDecoder().decode(item.getString("value"));
        values.put(name, new SecretValue(name, item.getInteger("version"), bytes));
      } else {
        refusals.put(
            name,
            Terminal.plain(
                name + ": " + error.getString("code") + ": " + error.getString("message")));
      }
    }
    return new Answer(values, refusals);
  }
}
