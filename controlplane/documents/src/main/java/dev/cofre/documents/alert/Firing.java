package dev.cofre.documents.alert;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rule that fired once. Immutable.
 *
 * @param subject about what, by the names of fields, in the rule's order
 * @param time of the event that it fired at
 * @param since from when on events made it fire
 * @param events how many events made it fire
 * @param text why, for people
 * @param cause names the event for ever, or the signal
 * @param requestId of the event; empty when it is none
 */
public record Firing(
    Map<String, String> subject,
    Instant time,
    Instant since,
    long events,
    String text,
    String cause,
    String requestId) {
  /** Takes a copy. */
  public Firing {
    subject = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(subject));
  }
}
