package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** How a command prints data: as text for people or as JSON for programs. */
final class OutputOption {
  /** The forms, named as on the command line. */
  enum Form {
    text,
    json
  }

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = "text",
      description = "How to print: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private Form form;

  /**
   * Prints a request that waits for approval in the form that the command line of {@code parsed}
   * asks for: all of it as JSON, or its id alone.
   */
  static void printPending(Terminal terminal, JsonObject approval, ParseResult parsed) {
    terminal.print(
        isJson(parsed)
            ? approval.encodePrettily() + "\n"
            : Terminal.plain(approval.getString("id")) + "\n");
  }

  /** Prints the answer of a change as the command line of {@code parsed} asks for. */
  static void printAnswer(Terminal terminal, JsonObject answer, ParseResult parsed) {
    terminal.print(isJson(parsed) ? answer.encodePrettily() + "\n" : lines(answer));
  }

  private static boolean isJson(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    return last.matchedOptionValue("--output", Form.text) == Form.json;
  }

  /** The option as {@code --output json} sets it. */
  static OutputOption json() {
    OutputOption option = new OutputOption();
    option.form = Form.json;
    return option;
  }

  boolean isJson() {
    return form == Form.json;
  }

  /** Prints an object: as it is, or one line for each of its fields. */
  void print(Terminal terminal, JsonObject object) {
    terminal.print(isJson() ? object.encodePrettily() + "\n" : lines(object));
  }

  /** Prints one line for each of {@code fields}, of which several may have the same name. */
  static void printLines(Terminal terminal, List<Map.Entry<String, Object>> fields) {
    terminal.print(lines(fields));
  }

  private static String lines(JsonObject object) {
    return lines(object.stream().toList());
  }

  private static String lines(List<Map.Entry<String, Object>> fields) {
    int width = fields.stream().mapToInt(field -> field.getKey().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Object> field : fields) {
      if (field.getValue() instanceof JsonArray array && hasObjects(array)) {
        array.forEach(item -> line(text, width, field.getKey(), oneLine((JsonObject) item)));
      } else {
        line(text, width, field.getKey(), oneLine(field.getValue()));
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, int width, String name, String value) {
    text.append(name).append(" ".repeat(width - name.length() + 2)).append(value).append('\n');
  }

  private static boolean hasObjects(JsonArray array) {
    return !array.isEmpty() && array.stream().allMatch(JsonObject.class::isInstance);
  }

  private static String oneLine(Object value) {
    if (value instanceof JsonArray array) {
      return String.join(", ", array.stream().map(OutputOption::oneLine).toList());
    }
    if (value instanceof JsonObject object) {
      return String.join(
          "  ",
          object.stream().map(entry -> entry.getKey() + "=" + oneLine(entry.getValue())).toList());
    }
    return value == null ? "-" : Terminal.plain(value.toString());
  }
}
