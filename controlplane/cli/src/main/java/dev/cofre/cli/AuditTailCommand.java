package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit tail}: the newest events in the archive, and with {@code -f} what comes. */
@Command(
    name = "tail",
    description = {
      "Prints the newest events of the archive, one JSON object a line, the oldest first. With -f",
      "what comes within a minute of its time, until Ctrl-C; audit search finds what comes later.",
      "Each look is audited; with -f those records are shown only by --action audit:read."
    })
final class AuditTailCommand implements Callable<Integer> {
  private static final long PERIOD_MS = 2_000;
  private static final int PAGE = 500;
  private static final int SHOWN_MAX = 100_000;
  private static final Duration LATE = Duration.ofMinutes(1);
  private static final String READING = "audit:read";

  private final Terminal terminal;
  private final Set<String> shown =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > SHOWN_MAX;
            }
          });

  @Mixin private ControlPlane control;
  @Mixin private AuditFilter filter;

  @Option(
      names = {"-f", "--follow"},
      description = "Goes on with what comes, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "10",
      description = "How many to begin with, at most 500 (default ${DEFAULT-VALUE}).")
  private int lines;

  AuditTailCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (lines < 1 || lines > PAGE) {
      throw new CliException(ExitCodes.USAGE, "--lines is a number from 1 to " + PAGE);
    }
    return control.call(terminal.environment(), AuditHeadsCommand.ROLE, this::run);
  }

  private int run(ControlPlane.Calls calls) {
    Instant began = Instant.now();
    print(page(calls, "limit=" + lines).getJsonArray("items").stream().toList());
    while (follow) {
      try {
        TimeUnit.MILLISECONDS.sleep(PERIOD_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return ExitCodes.OK;
      }
      Instant since = Instant.now().minus(LATE);
      print(since(calls, since.isBefore(began) ? began : since));
    }
    return ExitCodes.OK;
  }

  /** What is not older than {@code time}, up to the first that was shown. */
  private List<Object> since(ControlPlane.Calls calls, Instant time) {
    List<Object> events = new ArrayList<>();
    String cursor = "";
    while (cursor != null && events.size() < SHOWN_MAX) {
      JsonObject page = page(calls, "limit=" + PAGE + "&from=" + time + cursor);
      JsonArray items = page.getJsonArray("items");
      items.forEach(events::add);
      String next = page.getString("next");
      cursor = next == null ? null : "&cursor=" + ControlPlane.escaped(next);
    }
    return events;
  }

  private JsonObject page(ControlPlane.Calls calls, String query) {
    String criteria = filter.query();
    return calls.get(AuditFilter.PATH + "?" + query + (criteria.isEmpty() ? "" : "&" + criteria));
  }

  private void print(List<Object> newestFirst) {
    StringBuilder text = new StringBuilder();
    for (Object item : newestFirst.reversed()) {
      JsonObject event = (JsonObject) item;
      String line = event.encode();
      boolean own = follow && READING.equals(event.getString("action")) && !filter.isAbout(READING);
      if (!own && shown.add(line)) {
        text.append(line).append('\n');
      }
    }
    if (!text.isEmpty()) {
      terminal.print(text.toString());
    }
  }
}
