package dev.cofre.controlplane.server.sink;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.controlplane.server.archive.LoggedEvent;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** How events are written for receivers. */
enum EventFormat {
  /** The event as in docs/PROTOCOL.md, with {@code id}, {@code log} and {@code index} in front. */
  COFRE {
    @Override
    String json(String id, LoggedEvent logged) {
      String place =
          new JsonObject()
              .put("id", id)
              .put("log", logged.origin())
              .put("index", logged.index())
              .encode();
      return place.substring(0, place.length() - 1) + "," + logged.event().toJson().substring(1);
    }
  },

  /** OCSF, class API Activity: {@link OcsfEvent}. */
  OCSF {
    @Override
    String json(String id, LoggedEvent logged) {
      return OcsfEvent.json(id, logged);
    }
  };

  private static final int SYSLOG_ERROR = 3;
  private static final int SYSLOG_WARNING = 4;
  private static final int SYSLOG_INFORMATIONAL = 6;

  abstract String json(String id, LoggedEvent logged);

  /** By what stands in settings. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@code logged} in this format. */
  SinkEvent write(LoggedEvent logged) {
    String id = logged.origin() + "/" + logged.index();
    AuditEvent event = logged.event();
    return new SinkEvent(
        id,
        logged.origin().split("/", 3)[1],
        switch (event.outcome()) {
          case "allowed" -> SYSLOG_INFORMATIONAL;
          case "denied" -> SYSLOG_WARNING;
          case null, default -> SYSLOG_ERROR;
        },
        event.action(),
        event.time().toString(),
        ascii(json(id, logged)).getBytes(StandardCharsets.US_ASCII));
  }

  /** What is beyond US-ASCII stands in JSON within texts alone, where it may be escaped. */
  private static String ascii(String json) {
    int at = 0;
    while (at < json.length() && json.charAt(at) < 0x7f) {
      at++;
    }
    if (at == json.length()) {
      return json;
    }
    StringBuilder text = new StringBuilder(json.length() + 64).append(json, 0, at);
    for (; at < json.length(); at++) {
      char c = json.charAt(at);
      if (c < 0x7f) {
        text.append(c);
      } else {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return text.toString();
  }
}
