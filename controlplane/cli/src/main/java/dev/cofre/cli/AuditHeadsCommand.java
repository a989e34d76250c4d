package dev.cofre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code audit heads}: the heads of nodes' logs that the control plane keeps. */
@Command(
    name = "heads",
    description = {
      "Lists the newest head of each node's audit log that the control plane keeps. With --output",
      "json each is whole, as audit verify --against takes it."
    })
final class AuditHeadsCommand implements Callable<Integer> {
  static final String PATH = "/v1/audit/heads";
  static final String ROLE = "auditor";
  private static final int LOGS_MAX = 10_000;
  private static final long FIRST_HEAD_SECONDS = 15;
  private static final long POLL_MS = 500;

  private final Terminal terminal;

  @Mixin private ControlPlane control;
  @Mixin private OutputOption output;

  AuditHeadsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Pages pages =
        new Pages(
            terminal,
            output,
            List.of(
                Pages.Column.of("ORIGIN", 40, "origin"),
                Pages.Column.of("EVENTS", 12, "size"),
                Pages.Column.of("SIGNED", 24, "signedAt"),
                Pages.Column.of("RECEIVED", 24, "receivedAt")));
    return control.call(
        terminal.environment(),
        ROLE,
        calls -> {
          pages.print(calls, PATH, LOGS_MAX);
          return ExitCodes.OK;
        });
  }

  /** The same, of a node that may just have started: it sends its first head within seconds. */
  static List<String> await(ControlPlane.Calls calls, String prefix) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(FIRST_HEAD_SECONDS);
    List<String> heads = fetch(calls, prefix);
    while (heads.isEmpty() && System.nanoTime() < deadlineNs) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
      heads = fetch(calls, prefix);
    }
    return heads;
  }

  /** The heads of logs whose origin begins with {@code prefix}, as they were signed. */
  static List<String> fetch(ControlPlane.Calls calls, String prefix) {
    List<String> heads = new ArrayList<>();
    String after = "";
    while (after != null) {
      JsonObject page =
          calls.get(
              PATH
                  + "?limit=200"
                  + (after.isEmpty() ? "" : "&after=" + ControlPlane.escaped(after)));
      JsonArray items = page.getJsonArray("items", new JsonArray());
      for (int i = 0; i < items.size(); i++) {
        if (items.getJsonObject(i).getString("origin").startsWith(prefix)) {
          heads.add(items.getJsonObject(i).getString("head"));
        }
      }
      after = page.getString("next");
    }
    return heads;
  }
}
