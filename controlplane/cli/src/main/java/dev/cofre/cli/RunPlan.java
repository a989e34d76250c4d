package dev.cofre.cli;

import dev.cofre.cli.run.SecretMap;
import dev.cofre.cli.run.SecretMap.Entry;
import dev.cofre.client.CofreException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/** Tells what {@code run} would give, without reading a value. */
record RunPlan(Terminal terminal, OutputOption output, ControlPlane plane) {
  /** Prints it; the exit code says whether everything is there. */
  int print(SecretMap map) {
    Map<String, JsonObject> known =
        plane.call(
            terminal.environment(),
            SecretReader.ROLE,
            calls -> {
              Map<String, JsonObject> found = new HashMap<>();
              map.names().forEach(name -> found.put(name, look(calls, name)));
              return found;
            });
    JsonArray items = new JsonArray();
    boolean whole = true;
    for (Entry entry : map.entries()) {
      JsonObject item = new JsonObject().put("name", entry.name());
      put(item, "env", entry.variable());
      put(item, "file", entry.file());
      put(item, "fileEnv", entry.fileVariable());
      item.mergeIn(known.get(entry.name()));
      whole &= !item.containsKey("error");
      items.add(item);
    }
    output.print(terminal, new JsonObject().put("secrets", items));
    return whole ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private static void put(JsonObject item, String field, String value) {
    if (value != null) {
      item.put(field, value);
    }
  }

  private static JsonObject look(ControlPlane.Calls calls, String name) {
    try {
      JsonObject secret = calls.get(SecretCommand.path(name));
      return new JsonObject()
          .put("version", secret.getInteger("currentVersion"))
          .put("expiresAt", secret.getString("expiresAt"));
    } catch (CofreException e) {
      if (e.kind() != CofreException.Kind.REFUSED) {
        throw e;
      }
      return new JsonObject().put("error", e.reason());
    }
  }
}
