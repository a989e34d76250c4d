package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code approval}: what waits for the approval of others. In a home of {@code ./cofre dev}, {@code
 * approve} and {@code reject} come as the second security administrator, for the first one is who
 * asks.
 */
@Command(
    name = "approval",
    description = "Lists, shows, approves, rejects and withdraws requests that need approval.")
final class ApprovalCommand {
  static final String ASKING = "security-admin";
  static final String DECIDING = "security-admin-2";
  static final String PATH = "/v1/approvals";

  private static final List<Column> COLUMNS =
      List.of(
          Column.of("ID", 36, "id"),
          Column.of("STATE", 9, "state"),
          Column.of("ACTION", 22, "action"),
          Column.of("REQUESTER", 16, "requester"),
          Column.of("EXPIRES", 20, "expiresAt"),
          Column.of("REASON", 16, "reason"));

  private final Terminal terminal;

  ApprovalCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(description = "Lists the requests that you may know of, newest first.")
  int list(
      @Option(
              names = "--state",
              paramLabel = "STATE",
              description = "Only those in this state, PENDING for example.")
          String state,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "100",
              description = "At most N (default 100).")
          long limit,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    String filter = state == null ? "" : "state=" + ControlPlane.escaped(state);
    return new Pages(terminal, output, COLUMNS).list(plane, ASKING, PATH, filter, limit);
  }

  @Command(description = "Shows exactly what will run, who said what, and what became of it.")
  int show(
      @Parameters(paramLabel = "ID", description = "The request's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return print(output, plane, ASKING, calls -> calls.get(path(id)));
  }

  @Command(
      description = {
        "Approves a request. With the last approval that it needs, it runs.",
        "Without --digest, it shows the request and approves what it showed."
      })
  int approve(
      @Parameters(paramLabel = "ID", description = "The request's id.") String id,
      @Option(
              names = "--digest",
              paramLabel = "HEX",
              description = "The digest of what you have looked at.")
          String digest,
      @Mixin OutputOption output,
      @Mixin ChangingPlane plane) {
    return print(
        output,
        plane,
        DECIDING,
        calls -> {
          String approved = digest != null ? digest : shown(calls, id);
          return calls.post(path(id) + "/approve", new JsonObject().put("digest", approved));
        });
  }

  /** The digest of a request that is shown on the standard error before it is approved. */
  private String shown(ControlPlane.Calls calls, String id) {
    JsonObject request = calls.get(path(id));
    terminal.err().println(Terminal.plain("approving " + request.getString("action")));
    request
        .getJsonArray("changes")
        .forEach(line -> terminal.err().println(Terminal.plain(line.toString())));
    terminal.err().flush();
    return request.getString("digest");
  }

  @Command(description = "Rejects a request, for good.")
  int reject(
      @Parameters(paramLabel = "ID", description = "The request's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return print(output, plane, DECIDING, calls -> calls.post(path(id) + "/reject", null));
  }

  @Command(description = "Takes your own request back.")
  int withdraw(
      @Parameters(paramLabel = "ID", description = "The request's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return print(output, plane, ASKING, calls -> calls.post(path(id) + "/withdraw", null));
  }

  private int print(
      OutputOption output,
      ControlPlane plane,
      String role,
      Function<ControlPlane.Calls, JsonObject> call) {
    JsonObject request = plane.call(terminal.environment(), role, call);
    if (output.isJson()) {
      output.print(terminal, request);
    } else {
      OutputOption.printLines(terminal, readable(request));
    }
    return ExitCodes.OK;
  }

  /**
   * The changes in lines of their own, each of them: what is not shown would be approved unseen.
   * The bytes of the request repeat its document and are left out.
   */
  private static List<Map.Entry<String, Object>> readable(JsonObject request) {
    JsonObject text = request.copy();
    if (text.getJsonObject("request") != null) {
      text.getJsonObject("request").remove("body");
    }
    List<?> changes = request.getJsonArray("changes").getList();
    text.put("changes", changes.isEmpty() ? "-" : "");
    List<Map.Entry<String, Object>> lines = new ArrayList<>(text.stream().toList());
    changes.forEach(change -> lines.add(line(change.toString())));
    return lines;
  }

  private static Map.Entry<String, Object> line(String change) {
    String[] parts = change.split(":", 2);
    return Map.entry("  " + Terminal.plain(parts[0]), parts.length < 2 ? "" : parts[1].strip());
  }

  private static String path(String id) {
    return PATH + "/" + ControlPlane.escaped(id);
  }
}
