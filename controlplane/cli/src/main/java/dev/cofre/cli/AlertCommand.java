package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import dev.cofre.documents.alert.AlertRule;
import dev.cofre.documents.alert.AlertRules;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code alert}: what was raised, by which rules, and whether it arrives. */
@Command(name = "alert", description = "Shows alerts and their rules, and tests the way they take.")
final class AlertCommand {
  private static final List<Column> ALERTS =
      List.of(
          Column.of("TIME", 24, "time"),
          Column.of("SEVERITY", 8, "severity"),
          Column.of("REPEATS", 7, "repeats"),
          new Column("SENT", 20, AlertCommand::sent),
          Column.of("ALERT", 40, "title"));
  private static final List<Column> RULES =
      List.of(
          Column.of("RULE", 20, "name"),
          Column.of("SEVERITY", 8, "severity"),
          new Column("ON", 3, rule -> rule.getBoolean("enabled") ? "yes" : "no"),
          Column.of("TRIGGER", 9, "trigger"),
          Column.of("QUIET S", 7, "quietS"),
          Column.of("FILE", 20, "file"));
  private static final List<Column> TESTED =
      List.of(
          Column.of("CHANNEL", 16, "channel"),
          Column.of("KIND", 7, "kind"),
          new Column("SENT", 4, item -> item.getBoolean("sent") ? "yes" : "no"),
          Column.of("MS", 6, "tookMs"),
          Column.of("ANSWER", 30, "answer"));
  private static final long TEST_TIMEOUT_MS = 130_000;

  private final Terminal terminal;

  AlertCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  private static String sent(JsonObject alert) {
    List<String> ways = new ArrayList<>();
    JsonObject deliveries = alert.getJsonObject("deliveries", new JsonObject());
    for (String channel : deliveries.fieldNames()) {
      ways.add(channel + " " + deliveries.getJsonObject(channel).getString("state"));
    }
    return ways.isEmpty() ? "-" : String.join(", ", ways);
  }

  @Command(
      description = {
        "Lists the newest alerts of the control plane, the newest first, with what became of them.",
        "The command that investigates one is its field command: --output json."
      })
  int list(
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "At most N, 1 to 500 (default 50).")
          long limit,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject page =
        plane.call(
            terminal.environment(),
            AuditHeadsCommand.ROLE,
            calls -> calls.get("/v1/alerts?limit=" + limit));
    tellWhenOff(page);
    new Pages(terminal, output, ALERTS).print(page);
    return ExitCodes.OK;
  }

  @Command(
      description = {
        "Lists the rules that are in force; with --check looks at a file without a service: its",
        "rules, and their tests. Exit code 1 when anything is wrong."
      })
  int rules(
      @Option(
              names = "--check",
              paramLabel = "FILE",
              description = "A file of rules, or a folder with such files.")
          Path file,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    if (file != null) {
      return check(file);
    }
    JsonObject page =
        plane.call(
            terminal.environment(), AuditHeadsCommand.ROLE, calls -> calls.get("/v1/alert-rules"));
    tellWhenOff(page);
    new Pages(terminal, output, RULES).print(page);
    return ExitCodes.OK;
  }

  private int check(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new CliException(ExitCodes.USAGE, "there is no file " + file);
    }
    FileErrors errors = new FileErrors();
    List<AlertRule> rules =
        Files.isDirectory(file) ? AlertRules.readAll(file, errors) : AlertRules.read(file, errors);
    if (!errors.isEmpty()) {
      errors.lines().forEach(line -> terminal.err().println(Terminal.plain(line)));
      terminal.err().flush();
      return ExitCodes.FAILED;
    }
    int tests = rules.stream().mapToInt(rule -> rule.tests().size()).sum();
    terminal.print(rules.size() + " rules, " + tests + " tests hold\n");
    return ExitCodes.OK;
  }

  @Command(
      description = {
        "Sends a marked test alert by each channel and tells what was answered, as a security",
        "administrator. Exit code 1 when a channel could not send."
      })
  int test(
      @Option(names = "--channel", paramLabel = "NAME", description = "By this channel alone.")
          String channel,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject body = new JsonObject();
    if (channel != null) {
      body.put("channel", channel);
    }
    JsonObject answer =
        plane.callSlowly(
            terminal.environment(),
            PolicyCommand.ROLE,
            TEST_TIMEOUT_MS,
            calls -> calls.post("/v1/alerts/test", body));
    tellWhenOff(answer);
    new Pages(terminal, output, TESTED).print(answer);
    JsonArray items = answer.getJsonArray("items");
    if (items.isEmpty()) {
      note("there is no channel: put NAME.conf into alerts.directory and start the plane again");
    }
    return items.stream().allMatch(item -> ((JsonObject) item).getBoolean("sent"))
        ? ExitCodes.OK
        : ExitCodes.FAILED;
  }

  private void tellWhenOff(JsonObject answer) {
    if (!answer.getBoolean("on", true)) {
      note("no alerts are raised: the control plane has no alerts.directory");
    }
  }

  private void note(String line) {
    terminal.err().println("cofre: " + line);
    terminal.err().flush();
  }
}
