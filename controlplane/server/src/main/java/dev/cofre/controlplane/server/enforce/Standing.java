package dev.cofre.controlplane.server.enforce;

import java.time.Instant;

/**
 * How a node stands to a change. Immutable.
 *
 * @param node what it calls itself
 * @param identity who it is, as was proven
 * @param instance its process
 * @param revision in force on it, as it said last
 * @param at since when: it has the change, is fenced or has left; for a node that has done neither,
 *     when it is fenced unless it asks before
 */
public record Standing(
    String node, String identity, String instance, State state, long revision, Instant at) {
  /** Whether the change holds on it. */
  public enum State {
    /** It said that the change is in force on it. */
    ACKNOWLEDGED,
    /** Its lease has run out: it refuses everything. */
    FENCED,
    /** It has stopped, or its next process has taken its place: it serves nobody. */
    STOPPED,
    /** Nothing of that, yet. */
    PENDING
  }

  /** Whether nothing is waited for any more. */
  public boolean isSettled() {
    return state != State.PENDING;
  }
}
