package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;

/**
 * Prints a paged list page by page, so that a list of any length takes the memory of one page.
 *
 * @param columns of the text form
 */
record Pages(Terminal terminal, OutputOption output, List<Column> columns) {
  private static final int PAGE_ITEMS_MAX = 200;

  /** A column: its heading, its least width and what stands in it. */
  record Column(String heading, int width, Function<JsonObject, String> value) {
    static Column of(String heading, int width, String field) {
      return new Column(
          heading,
          width,
          item -> String.valueOf(item.getValue(field) == null ? "-" : item.getValue(field)));
    }
  }

  /**
   * Asks {@code plane} as {@code role}, and prints at most {@code itemsMax} items of the list at
   * {@code path} that {@code filter}, a part of the query, leaves.
   *
   * @return the exit code
   * @throws CliException when {@code itemsMax}, the option {@code --limit}, is less than 1
   */
  int list(ControlPlane plane, String role, String path, String filter, long itemsMax) {
    if (itemsMax < 1) {
      throw new CliException(ExitCodes.USAGE, "--limit must be at least 1");
    }
    return plane.call(
        terminal.environment(),
        role,
        calls -> {
          print(calls, path, filter, itemsMax);
          return ExitCodes.OK;
        });
  }

  /** Prints at most {@code itemsMax} items of the list at {@code path}. */
  void print(ControlPlane.Calls calls, String path, long itemsMax) {
    print(calls, path, "", itemsMax);
  }

  /** The same of those that {@code filter}, a part of the query, leaves. */
  void print(ControlPlane.Calls calls, String path, String filter, long itemsMax) {
    print(calls, path, filter, itemsMax, "after");
  }

  /** The same of a list whose pages go on behind what {@code cursor}, a parameter, names. */
  void print(ControlPlane.Calls calls, String path, String filter, long itemsMax, String cursor) {
    long left = itemsMax;
    String after = null;
    boolean first = true;
    do {
      JsonObject page =
          calls.get(query(path, filter, Math.min(left, PAGE_ITEMS_MAX), cursor, after));
      if (after == null) {
        tellRemoved(page);
        begin();
      }
      JsonArray items = page.getJsonArray("items", new JsonArray());
      for (int i = 0; i < items.size() && left > 0; i++, left--) {
        item(items.getJsonObject(i), first);
        first = false;
      }
      after = page.getString("next");
    } while (after != null && left > 0);
    end(after);
  }

  /** What a list of audit events lacks is said first. */
  private void tellRemoved(JsonObject page) {
    JsonArray removed = page.getJsonArray("removed", new JsonArray());
    for (int i = 0; i < removed.size(); i++) {
      JsonObject one = removed.getJsonObject(i);
      terminal
          .err()
          .println(
              Terminal.plain(
                  "cofre: of "
                      + one.getString("log")
                      + " "
                      + one.getLong("events")
                      + " events up to "
                      + one.getString("to")
                      + " are not there any more: retention removed them"));
    }
    terminal.err().flush();
  }

  /** Prints the only page of a list. */
  void print(JsonObject page) {
    begin();
    JsonArray items = page.getJsonArray("items", new JsonArray());
    for (int i = 0; i < items.size(); i++) {
      item(items.getJsonObject(i), i == 0);
    }
    end(null);
  }

  private static String query(String path, String filter, long limit, String cursor, String after) {
    String query = path + "?limit=" + limit + (filter.isEmpty() ? "" : "&" + filter);
    return after == null ? query : query + "&" + cursor + "=" + ControlPlane.escaped(after);
  }

  private void begin() {
    if (output.isJson()) {
      terminal.print("{\"items\":[");
    } else {
      terminal.print(row(Column::heading));
    }
  }

  private void item(JsonObject item, boolean first) {
    if (output.isJson()) {
      terminal.print((first ? "\n" : ",\n") + item.encode());
    } else {
      terminal.print(row(column -> Terminal.plain(column.value().apply(item))));
    }
  }

  private void end(String next) {
    if (output.isJson()) {
      terminal.print(
          "\n],\"next\":"
              + (next == null ? "null" : "\"" + next.replaceAll("[\"\\\\]", "") + "\"")
              + "}\n");
    }
  }

  private String row(Function<Column, String> cell) {
    StringBuilder row = new StringBuilder();
    for (Column column : columns) {
      String text = cell.apply(column);
      row.append(text).append(" ".repeat(Math.max(0, column.width() - text.length()))).append("  ");
    }
    return row.toString().stripTrailing() + "\n";
  }
}
