package dev.cofre.controlplane.domain;

import dev.cofre.controlplane.domain.KeyState.Destroyed;
import dev.cofre.controlplane.domain.KeyState.DestructionScheduled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A move with what goes with it. Immutable.
 *
 * @param waitingPeriod how long a scheduled destruction waits; null for every other move
 * @param now when it happens
 * @param by who does it
 */
public record KeyTransition(KeyMove move, Duration waitingPeriod, Instant now, String by) {
  /** A move without a waiting period. */
  public static KeyTransition of(KeyMove move, Instant now, String by) {
    return new KeyTransition(move, null, now, by);
  }

  /**
   * The state that follows {@code state}; one that is there already stays as it is.
   *
   * @param what the key or version, for the message
   * @throws IllegalMoveException when the table does not allow it
   */
  KeyState from(KeyState state, String what) {
    boolean done = KeyMoves.target(move).filter(target -> target == state.name()).isPresent();
    if (done) {
      return state;
    }
    if (!KeyMoves.allow(state.name(), move)) {
      List<String> next = KeyMoves.from(state.name());
      throw new IllegalMoveException(
          what
              + " is "
              + state.name()
              + ", where "
              + move.wireName()
              + " is not possible; possible: "
              + (next.isEmpty() ? "nothing" : String.join(", ", next)));
    }
    return switch (move) {
      case SCHEDULE_DESTRUCTION ->
          new DestructionScheduled(now, by, now.plus(waitingPeriod), state.name(), false);
      case CANCEL_DESTRUCTION -> cancelled((DestructionScheduled) state, what);
      case DESTROY -> new Destroyed(now);
      case ACTIVATE, DISABLE, ENABLE, DEACTIVATE, COMPROMISE ->
          KeyMoves.simple(state, move).orElseThrow();
    };
  }

  private static KeyState cancelled(DestructionScheduled scheduled, String what) {
    if (scheduled.begun()) {
      throw new IllegalMoveException(what + " is being destroyed: it is too late to cancel that");
    }
    return KeyState.plain(scheduled.before());
  }
}
