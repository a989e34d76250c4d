package dev.cofre.cli.code;

import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists what it was given, page by page, and notes what it is asked; it changes nothing. */
final class ServiceInMemory implements Service {
  private static final int PAGE = 2;

  final Map<String, JsonArray> lists = new LinkedHashMap<>();
  final List<String> asked = new ArrayList<>();

  /** What is answered at a path that is no list. */
  final Map<String, JsonObject> answers = new HashMap<>();

  ServiceInMemory with(DocumentKind kind, JsonObject... objects) {
    JsonArray list = lists.computeIfAbsent(kind.path(), path -> new JsonArray());
    for (JsonObject object : objects) {
      list.add(object);
    }
    return this;
  }

  @Override
  public Reply send(
      DocumentKind kind,
      HttpMethod method,
      String path,
      JsonObject body,
      Map<String, String> headers) {
    asked.add(method + " " + path);
    if (answers.containsKey(path)) {
      return new Reply(false, answers.get(path));
    }
    String list = path.split("\\?", 2)[0];
    JsonArray all = lists.getOrDefault(list, new JsonArray());
    int from = path.contains("&after=") ? Integer.parseInt(path.split("&after=", 2)[1]) : 0;
    int to = Math.min(from + PAGE, all.size());
    JsonArray page = new JsonArray();
    for (int i = from; i < to; i++) {
      page.add(all.getJsonObject(i).copy());
    }
    String next = to < all.size() ? Integer.toString(to) : null;
    return new Reply(false, new JsonObject().put("items", page).put("next", next));
  }
}
