package dev.cofre.controlplane.server.alert;

import dev.cofre.documents.alert.Alert;

/** An alert in words. Stateless. */
final class AlertText {
  private AlertText() {}

  static String of(Alert alert) {
    StringBuilder text = new StringBuilder(512);
    text.append(alert.description()).append("\n\n");
    line(text, "rule", alert.rule() + " (" + alert.severity().text() + ")");
    line(text, "about", alert.subjectText());
    line(text, "why", alert.text());
    line(text, "time", alert.time().toString());
    line(text, "since", alert.since().toString());
    line(text, "events", Long.toString(alert.events()));
    if (alert.repeats() > 1) {
      line(text, "repeated", alert.repeats() + " times since the alert before");
    }
    if (!alert.requestId().isEmpty()) {
      line(text, "request", alert.requestId());
    }
    line(text, "alert", alert.id());
    return text.append("\nWhat happened:\n  ")
        .append(alert.command())
        .append("\n  GET ")
        .append(alert.path())
        .append('\n')
        .toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append(" ".repeat(10 - name.length())).append(value).append('\n');
  }
}
