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
    if (map.group() != null) {
      whole &= addGroup(map, items);
    }
    output.print(terminal, new JsonObject().put("secrets", items));
    return whole ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private boolean addGroup(SecretMap map, JsonArray items) {
    String path =
        SecretCommand.PATH
            + "?limit="
            + SecretMap.SECRETS_MAX
            + "&group="
            + ControlPlane.escaped(map.group());
    try {
      JsonObject page =
          plane.call(terminal.environment(), SecretReader.ROLE, calls -> calls.get(path));
      for (Object each : page.getJsonArray("items")) {
        JsonObject secret = (JsonObject) each;
        if (!map.names().contains(secret.getString("name"))) {
          items.add(
              known(secret)
                  .put("name", secret.getString("name"))
                  .put("file", secret.getString("name")));
        }
      }
      return true;
    } catch (CofreException e) {
      if (e.kind() != CofreException.Kind.REFUSED) {
        throw e;
      }
      items.add(new JsonObject().put("group", map.group()).put("error", e.reason()));
      return false;
    }
  }

  private static void put(JsonObject item, String field, String value) {
    if (value != null) {
      item.put(field, value);
    }
  }

  private static JsonObject known(JsonObject secret) {
    return new JsonObject()
        .put("version", secret.getInteger("currentVersion"))
        .put("expiresAt", secret.getString("expiresAt"));
  }

  private static JsonObject look(ControlPlane.Calls calls, String name) {
    try {
      return known(calls.get(SecretCommand.path(name)));
    } catch (CofreException e) {
      if (e.kind() != CofreException.Kind.REFUSED) {
        throw e;
      }
      return new JsonObject().put("error", e.reason());
    }
  }
}
