package dev.cofre.controlplane.domain;

import static dev.cofre.controlplane.domain.KeyState.Name.ACTIVE;
import static dev.cofre.controlplane.domain.KeyState.Name.COMPROMISED;
import static dev.cofre.controlplane.domain.KeyState.Name.DEACTIVATED;
import static dev.cofre.controlplane.domain.KeyState.Name.DESTROYED;
import static dev.cofre.controlplane.domain.KeyState.Name.DISABLED;
import static dev.cofre.controlplane.domain.KeyState.Name.PENDING_DESTRUCTION;
import static dev.cofre.controlplane.domain.KeyState.Name.PRE_ACTIVE;

import dev.cofre.controlplane.domain.KeyState.Name;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The one table of the moves between states that are allowed; every other one is refused. It is the
 * table of docs/ARCHITECTURE.md, "Life of a key". NIST SP 800-57 part 1 revision 5, section 7.3.
 */
public final class KeyMoves {
  /**
   * A row.
   *
   * @param to where it leads; a cancelled destruction leads back to whatever was before
   */
  public record Row(Name from, KeyMove move, Name to) {}

  private static final List<Row> TABLE =
      List.of(
          new Row(PRE_ACTIVE, KeyMove.ACTIVATE, ACTIVE),
          new Row(PRE_ACTIVE, KeyMove.DEACTIVATE, DEACTIVATED),
          new Row(PRE_ACTIVE, KeyMove.COMPROMISE, COMPROMISED),
          new Row(PRE_ACTIVE, KeyMove.SCHEDULE_DESTRUCTION, PENDING_DESTRUCTION),
          new Row(ACTIVE, KeyMove.DISABLE, DISABLED),
          new Row(ACTIVE, KeyMove.DEACTIVATE, DEACTIVATED),
          new Row(ACTIVE, KeyMove.COMPROMISE, COMPROMISED),
          new Row(ACTIVE, KeyMove.SCHEDULE_DESTRUCTION, PENDING_DESTRUCTION),
          new Row(DISABLED, KeyMove.ENABLE, ACTIVE),
          new Row(DISABLED, KeyMove.DEACTIVATE, DEACTIVATED),
          new Row(DISABLED, KeyMove.COMPROMISE, COMPROMISED),
          new Row(DISABLED, KeyMove.SCHEDULE_DESTRUCTION, PENDING_DESTRUCTION),
          new Row(DEACTIVATED, KeyMove.COMPROMISE, COMPROMISED),
          new Row(DEACTIVATED, KeyMove.SCHEDULE_DESTRUCTION, PENDING_DESTRUCTION),
          new Row(COMPROMISED, KeyMove.SCHEDULE_DESTRUCTION, PENDING_DESTRUCTION),
          new Row(PENDING_DESTRUCTION, KeyMove.CANCEL_DESTRUCTION, PRE_ACTIVE),
          new Row(PENDING_DESTRUCTION, KeyMove.CANCEL_DESTRUCTION, ACTIVE),
          new Row(PENDING_DESTRUCTION, KeyMove.CANCEL_DESTRUCTION, DISABLED),
          new Row(PENDING_DESTRUCTION, KeyMove.CANCEL_DESTRUCTION, DEACTIVATED),
          new Row(PENDING_DESTRUCTION, KeyMove.CANCEL_DESTRUCTION, COMPROMISED),
          new Row(PENDING_DESTRUCTION, KeyMove.DESTROY, DESTROYED));

  private KeyMoves() {}

  /** All rows. */
  public static List<Row> table() {
    return TABLE;
  }

  /** Whether {@code move} is allowed in {@code from}. */
  public static boolean allow(Name from, KeyMove move) {
    return TABLE.stream().anyMatch(row -> row.from() == from && row.move() == move);
  }

  /**
   * Where {@code move} leads from {@code state}; empty when it is not allowed there. Destruction
   * and its schedule carry times, so they are made by {@link KmsKey}.
   */
  static Optional<KeyState> simple(KeyState state, KeyMove move) {
    return TABLE.stream()
        .filter(row -> row.from() == state.name() && row.move() == move)
        .findFirst()
        .map(row -> KeyState.plain(row.to()));
  }

  /** The state that {@code move} always leads to; empty for one that leads to several. */
  public static Optional<Name> target(KeyMove move) {
    List<Name> targets =
        TABLE.stream().filter(row -> row.move() == move).map(Row::to).distinct().toList();
    return targets.size() == 1 ? Optional.of(targets.getFirst()) : Optional.empty();
  }

  /** The moves that are allowed in {@code from}, by name: what a caller can do next. */
  public static List<String> from(Name from) {
    return Arrays.stream(KeyMove.values())
        .filter(move -> move != KeyMove.DESTROY && allow(from, move))
        .map(KeyMove::wireName)
        .toList();
  }
}
