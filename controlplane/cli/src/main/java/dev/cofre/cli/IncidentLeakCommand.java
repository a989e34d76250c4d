package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code incident leak}: shows what a leak is answered by, and does it when that is confirmed. */
@Command(
    name = "leak",
    description = {
      "Answers a leak: ends the leases of a role or of a principal, takes a principal's credentials",
      "away, rotates a secret of two users or asks its owner for another value, tells the owner, and",
      "lists who read what. Shows the plan and asks first; --yes does it without plan and question.",
      "The control plane goes on by itself whatever becomes of this command. It destroys nothing, and",
      "waits for no approval. Exit code 0 when all is done, 3 when steps are left, as for an owner, or",
      "when not all logs could be asked who read what."
    })
final class IncidentLeakCommand implements Callable<Integer> {
  private static final String PLANS = "/v1/incident-plans";

  /** A plan looks into the archive for half a minute at most. */
  private static final long PLAN_MS = 45_000;

  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long WAIT_SECONDS_MAX = 3_600;

  private final Terminal terminal;

  @Mixin private ControlPlane control;
  @Mixin private OutputOption output;
  @Mixin private Confirmation confirmation;

  @ArgGroup(multiplicity = "1")
  private Subject subject;

  @Option(
      names = "--for",
      paramLabel = "TEXT",
      description = "How it is known, for those who are told.")
  private String reason;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "From when on readers are listed: 2026-01-31T12:00:00Z (default 30 days ago).")
  private String since;

  @Option(
      names = "--overlap-seconds",
      paramLabel = "N",
      description = {
        "How long readers of a rotated secret have to take its new value before the old one ends, to",
        "3600 (default 90)."
      })
  private Integer overlapSeconds;

  @Option(names = "--dry-run", description = "Show the plan, and who read what; change nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait-seconds",
      paramLabel = "N",
      defaultValue = "180",
      description = "How long to wait for its end, to 3600 (default ${DEFAULT-VALUE}).")
  private long waitSeconds;

  @Option(names = "--json", description = "The same as --output json.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes it to FILE too, as one HTML page that reaches for nothing.")
  private Path html;

  IncidentLeakCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What leaked. */
  static final class Subject {
    @Option(
        names = "--secret",
        paramLabel = "NAME",
        description = "This secret; ENGINE/ROLE for credentials of a role of an engine.")
    private String secret;

    @Option(
        names = "--principal",
        paramLabel = "ID",
        description = "The credential of this principal, and with it what it read.")
    private String principal;

    private String name() {
      return secret == null ? principal : secret;
    }
  }

  @Override
  public Integer call() {
    if (waitSeconds < 0 || waitSeconds > WAIT_SECONDS_MAX) {
      throw new CliException(
          ExitCodes.USAGE, "--wait-seconds is a number from 0 to " + WAIT_SECONDS_MAX);
    }
    JsonObject document = document();
    if (dryRun) {
      IncidentReport.print(terminal, plan(document), isJson(), html);
      return ExitCodes.OK;
    }
    if (confirmation.asks()) {
      confirmation.require(
          terminal, IncidentReport.words(plan(document)).stripTrailing(), subject.name());
    }
    JsonObject report =
        control.call(
            terminal.environment(),
            PolicyCommand.ROLE,
            calls -> ended(calls, calls.post(IncidentCommand.PATH, document)));
    IncidentReport.print(terminal, report, isJson(), html);
    return IncidentReport.exitCode(report);
  }

  private boolean isJson() {
    return json || output.isJson();
  }

  private JsonObject document() {
    JsonObject document =
        subject.secret == null
            ? new JsonObject().put("principal", subject.principal)
            : new JsonObject().put("secret", subject.secret);
    put(document, "reason", reason);
    put(document, "since", since);
    put(document, "overlapSeconds", overlapSeconds);
    return document;
  }

  private static void put(JsonObject document, String field, Object value) {
    if (value != null) {
      document.put(field, value);
    }
  }

  private JsonObject plan(JsonObject document) {
    return control.callSlowly(
        terminal.environment(), PolicyCommand.ROLE, PLAN_MS, calls -> calls.post(PLANS, document));
  }

  /** Its id is told first: whatever becomes of this command, it can be looked at by that. */
  private JsonObject ended(ControlPlane.Calls calls, JsonObject opened) {
    String id = opened.getString("id");
    terminal
        .err()
        .println("cofre: incident " + Terminal.plain(id) + " is open and goes on by itself");
    terminal.err().flush();
    long begunNs = System.nanoTime();
    JsonObject report = opened;
    while (goesOn(report) && System.nanoTime() - begunNs < TimeUnit.SECONDS.toNanos(waitSeconds)) {
      LockSupport.parkNanos(POLL_NS);
      report = calls.get(IncidentCommand.PATH + "/" + ControlPlane.escaped(id));
    }
    return report;
  }

  /** An owner is not waited for. */
  private static boolean goesOn(JsonObject report) {
    JsonArray steps = report.getJsonArray("steps");
    return report.getString("state").equals("OPEN")
        && steps.stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                step ->
                    step.getString("state").equals("PENDING")
                        || (step.getString("state").equals("WAITING")
                            && !step.getString("action").equals("renew")));
  }
}
