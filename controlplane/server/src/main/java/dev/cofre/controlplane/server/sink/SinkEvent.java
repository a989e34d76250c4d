package dev.cofre.controlplane.server.sink;

import java.nio.charset.StandardCharsets;

/**
 * An event as a sink sends it. Immutable but for its bytes, which nobody changes.
 *
 * @param id names it for ever: log and index
 * @param node whose event it is; events of one node stay in order
 * @param severity of syslog (RFC 5424 §6.2.1)
 * @param action what was done
 * @param time as in RFC 3339
 * @param json the event, one line in US-ASCII
 */
record SinkEvent(String id, String node, int severity, String action, String time, byte[] json) {
  String text() {
    return new String(json, StandardCharsets.US_ASCII);
  }
}
