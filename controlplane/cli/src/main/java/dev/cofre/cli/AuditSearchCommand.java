package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit search}: events in the control plane's archive, as an auditor. */
@Command(
    name = "search",
    description = {
      "Finds events of all nodes in the control plane's archive, the newest first. An event is there",
      "about two seconds after it happened. Each reading is audited itself."
    })
final class AuditSearchCommand implements Callable<Integer> {
  static final List<Column> COLUMNS =
      List.of(
          Column.of("TIME", 30, "time"),
          Column.of("NODE", 14, "node"),
          Column.of("PRINCIPAL", 16, "principal"),
          Column.of("ADDRESS", 15, "address"),
          Column.of("ACTION", 16, "action"),
          Column.of("KEY", 36, "key"),
          Column.of("OUTCOME", 8, "outcome"),
          Column.of("CODE", 14, "code"));

  private static final String DIGESTS = "/v1/audit/context-digests";

  private final Terminal terminal;

  @Mixin private ControlPlane control;
  @Mixin private AuditFilter filter;
  @Mixin private OutputOption output;

  @Option(
      names = "--context",
      paramLabel = "NAME=VALUE",
      description = {
        "With this pair in the encryption context; may be repeated, for all of them. Found are events whose",
        "context is exactly these pairs, and those with these pairs where audit.contextIndex of the data",
        "plane names them. Of your tenant, or --tenant. A comma or percent sign is written %%2C, %%25."
      })
  private List<String> context = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Not older than this: 2026-01-31T12:00:00Z.")
  private String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Not newer than this.")
  private String to;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "How many events at most (default ${DEFAULT-VALUE}).")
  private long limit;

  @Option(names = "--json", description = "The same as --output json.")
  private boolean json;

  AuditSearchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new CliException(ExitCodes.USAGE, "--limit is a number from 1 on");
    }
    Pages pages = new Pages(terminal, json ? OutputOption.json() : output, COLUMNS);
    return control.call(
        terminal.environment(),
        AuditHeadsCommand.ROLE,
        calls -> {
          pages.print(calls, AuditFilter.PATH, query(calls), limit, "cursor");
          return ExitCodes.OK;
        });
  }

  private String query(ControlPlane.Calls calls) {
    StringBuilder query = new StringBuilder(filter.query());
    add(query, "from", from);
    add(query, "to", to);
    add(query, "context", context.isEmpty() ? null : digests(calls));
    return query.toString();
  }

  /**
   * What events with the context are searched by: the control plane has the key, and nobody else.
   */
  private String digests(ControlPlane.Calls calls) {
    JsonObject pairs = new JsonObject();
    ContextOption.pairs(context).forEach(pairs::put);
    JsonObject asked = new JsonObject().put("context", pairs);
    put(asked, "tenant", filter.tenant());
    put(asked, "from", from);
    put(asked, "to", to);
    JsonObject answer = calls.post(DIGESTS, asked);
    String query = answer.getString("query", "");
    if (query.isEmpty()) {
      throw new CliException(
          ExitCodes.FAILED, "there is no key that contexts of that time were digested with");
    }
    if (!answer.getBoolean("complete", true)) {
      terminal
          .err()
          .println(
              "only the newest six years of that time are searched; for older events set --to earlier");
    }
    return query;
  }

  private static void put(JsonObject asked, String name, String value) {
    if (value != null) {
      asked.put(name, value);
    }
  }

  private static void add(StringBuilder query, String name, String value) {
    if (value != null) {
      query.append(query.isEmpty() ? "" : "&").append(name).append('=');
      query.append(ControlPlane.escaped(value));
    }
  }
}
