package dev.cofre.documents.alert;

import java.time.Instant;

/**
 * What is known of a log beside its events. Immutable.
 *
 * @param kind what
 * @param node whose log
 * @param time when it was found
 * @param silentS how long nothing came, for {@link Kind#SILENCE}
 * @param text what is wrong, for people
 */
public record LogSignal(Kind kind, String node, Instant time, long silentS, String text) {
  /** What can be known. */
  public enum Kind {
    /** Its node does not ship. */
    SILENCE,
    /** Records are missing or damaged, or are not what they were. */
    GAP
  }
}
