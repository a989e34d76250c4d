package dev.cofre.cli;

import dev.cofre.cli.code.InvalidFilesException;
import dev.cofre.cli.code.KeysAsCode;
import dev.cofre.cli.shape.Document;
import dev.cofre.cli.shape.DocumentKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code policy simulate}: what would be, or would have been, the answer with drafts in force. */
@Command(
    name = "simulate",
    description = {
      "Answers a question as if drafts of policies were in force, or with --days decides again what",
      "was really decided in the last days, as an auditor: who would gain, who would lose. Each draft",
      "takes the place of the policy with its name; nothing is kept.",
      "Exit code 1 when not all was looked at, or a test of a draft fails."
    })
final class PolicySimulateCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final long ANSWER_MS = 10_000;
  private static final long TIMEOUT_SECONDS_MAX = 100;

  private final Terminal terminal;

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "PATH",
      description = {
        "A draft as JSON (*.json; - is the standard input), or keys as code: a YAML file, or a folder",
        "with some; of those the policies are meant. May be repeated."
      })
  private List<Path> files;

  @Option(
      names = "--days",
      paramLabel = "N",
      description = "Decides again what was decided in so many days.")
  private Integer days;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long --days may take, to 100 (default ${DEFAULT-VALUE}).")
  private long timeoutSeconds;

  @Mixin private QuestionOptions question;
  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  PolicySimulateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (days != null && question.isGiven()) {
      throw new CliException(ExitCodes.USAGE, "give a question or --days, not both");
    }
    if (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX) {
      throw new CliException(
          ExitCodes.USAGE, "--timeout is a number from 1 to " + TIMEOUT_SECONDS_MAX);
    }
    JsonObject request = new JsonObject();
    if (days == null) {
      request.put("questions", new JsonArray().add(question.document()));
    }
    request.put("policies", drafts());
    return days == null ? answer(request) : replay(request);
  }

  private int answer(JsonObject request) {
    JsonObject answer =
        plane.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls -> calls.post(PolicyCommand.PATH + "/simulate", request));
    output.print(terminal, answer.getJsonArray("answers").getJsonObject(0));
    return tests(answer);
  }

  /** Tells which tests of the drafts fail. */
  private int tests(JsonObject answer) {
    JsonArray failures = answer.getJsonArray("failedTests");
    for (Object item : failures) {
      JsonObject failure = (JsonObject) item;
      terminal
          .err()
          .println(
              "cofre: a test of policy "
                  + InvestigationTable.text(failure, "policy")
                  + " fails: "
                  + InvestigationTable.text(failure, "field")
                  + " "
                  + InvestigationTable.text(failure, "message"));
    }
    terminal.err().flush();
    return failures.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private int replay(JsonObject request) {
    long timeoutMs = TimeUnit.SECONDS.toMillis(timeoutSeconds);
    request.put("history", new JsonObject().put("days", days).put("timeoutMs", timeoutMs));
    JsonObject answer =
        plane.callSlowly(
            terminal.environment(),
            AuditHeadsCommand.ROLE,
            timeoutMs + ANSWER_MS,
            calls -> calls.post(PolicyCommand.PATH + "/simulate", request));
    JsonObject history = answer.getJsonObject("history");
    terminal.print(output.isJson() ? history.encodePrettily() + "\n" : text(history));
    int result = tests(answer);
    if (!history.getBoolean("complete")) {
      throw new CliException(ExitCodes.FAILED, "not all was looked at: see INCOMPLETE above");
    }
    return result;
  }

  private static String text(JsonObject history) {
    StringBuilder text = new StringBuilder();
    history
        .getJsonArray("words")
        .forEach(line -> text.append(Terminal.plain((String) line)).append('\n'));
    rows(text, "would be allowed", history.getJsonObject("gains"));
    rows(text, "would be denied", history.getJsonObject("losses"));
    rows(text, "not known", history.getJsonObject("unknown"));
    return text.toString();
  }

  private static void rows(StringBuilder text, String what, JsonObject table) {
    for (Object item : table.getJsonArray("items")) {
      JsonObject row = (JsonObject) item;
      text.append(
          String.format(
              Locale.ROOT,
              "%s: %s %s %s, %,d times, the first %s, request %s%s%n",
              what,
              InvestigationTable.text(row, "principal"),
              InvestigationTable.text(row, "action"),
              InvestigationTable.text(row, "key"),
              row.getLong("events"),
              InvestigationTable.text(row, "first"),
              InvestigationTable.text(row, "requestId"),
              row.getBoolean("alreadySo", false)
                  ? " (what is in force says so already)"
                  : row.getString("why") == null
                      ? ""
                      : " (" + InvestigationTable.text(row, "why") + ")"));
    }
    if (table.getLong("more") > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s: and %s%,d more%n",
              what,
              table.getBoolean("estimated") ? "about " : "",
              table.getLong("more")));
    }
  }

  private JsonArray drafts() throws IOException {
    JsonArray drafts = new JsonArray();
    int others = 0;
    for (Path file : files) {
      if (file.toString().equals(STANDARD_INPUT) || file.toString().endsWith(".json")) {
        drafts.add(DocumentFile.read(terminal, file));
        continue;
      }
      for (Document document : read(file)) {
        if (document.kind() == DocumentKind.POLICY) {
          drafts.add(document.json());
        } else {
          others++;
        }
      }
    }
    if (drafts.isEmpty()) {
      throw new CliException(ExitCodes.USAGE, "the files hold no policy");
    }
    if (others > 0) {
      terminal
          .err()
          .println(
              "cofre: "
                  + others
                  + " documents are no policies: keys, principals and groups are taken as they are now");
      terminal.err().flush();
    }
    return drafts;
  }

  private List<Document> read(Path file) throws IOException {
    try {
      return KeysAsCode.read(List.of(file));
    } catch (InvalidFilesException e) {
      CodeOptions.tell(terminal, e);
      throw new AssertionError("told", e);
    }
  }
}
