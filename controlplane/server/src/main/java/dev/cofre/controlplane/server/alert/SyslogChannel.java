package dev.cofre.controlplane.server.alert;

import dev.cofre.controlplane.server.sink.SyslogSender;
import dev.cofre.controlplane.server.sink.SyslogSettings;
import dev.cofre.documents.alert.Alert;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Sends alerts as syslog messages over TLS. One thread, but for {@link #abort()}. */
final class SyslogChannel implements AlertChannel {
  private static final int CRITICAL = 2;
  private static final int WARNING = 4;
  private static final int NOTICE = 5;

  private final SyslogSender sender;
  private final boolean isConfirmed;
  private final String node;

  SyslogChannel(SyslogSettings settings, int timeoutMs, String node) {
    this.sender = new SyslogSender(settings, timeoutMs);
    this.isConfirmed = settings.confirm();
    this.node = node;
  }

  @Override
  public String send(Alert alert) throws IOException {
    int severity =
        switch (alert.severity()) {
          case CRITICAL -> CRITICAL;
          case WARNING -> WARNING;
          case INFO -> NOTICE;
        };
    sender.send(
        List.of(
            SyslogSender.frame(
                severity,
                node,
                "alert:" + alert.rule(),
                alert.time().toString(),
                ascii(alert.toJson().encode()))));
    return isConfirmed ? "taken" : "written; the receiver confirms nothing";
  }

  /** What is beyond US-ASCII stands in JSON within texts alone, where it may be escaped. */
  private static String ascii(String json) {
    StringBuilder text = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      text.append(c < 0x7f ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
    }
    return text.toString();
  }

  @Override
  public void abort() {
    sender.abort();
  }

  @Override
  public void close() {
    sender.close();
  }
}
