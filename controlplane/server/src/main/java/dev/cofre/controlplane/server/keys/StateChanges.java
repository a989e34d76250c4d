package dev.cofre.controlplane.server.keys;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.DestructionWait;
import dev.cofre.controlplane.domain.IllegalMoveException;
import dev.cofre.controlplane.domain.KeyMove;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyTransition;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Moves keys and versions between their states, each in one transaction. Thread-safe. What is there
 * already stays as it is.
 */
public final class StateChanges {
  /** In these states of a key its versions stay as they are. */
  private static final Set<KeyState.Name> FROZEN =
      Set.of(KeyState.Name.PENDING_DESTRUCTION, KeyState.Name.DESTROYED);

  private final Store store;

  /** Works on {@code store}. */
  public StateChanges(Store store) {
    this.store = store;
  }

  /**
   * What is asked for.
   *
   * @param document the fields that came with it
   * @param by who asks
   */
  public record Asked(KeyMove move, Map<String, ?> document, String by) {}

  /** What ends a move, in its transaction. */
  @FunctionalInterface
  public interface Moved<T> {
    /** The result for the key that was {@code before} and is {@code after}, stored already. */
    T complete(Transaction tx, KmsKey before, KmsKey after);
  }

  /**
   * Moves the key that {@code select} finds.
   *
   * @throws ProblemException {@code conflict} when the table does not allow it
   */
  public <T> T move(Function<Transaction, KmsKey> select, Asked asked, Moved<T> complete) {
    return store.change(
        tx -> {
          KmsKey key = select.apply(tx);
          KmsKey moved = allowed(() -> key.after(transition(tx, key, asked)));
          return finish(tx, key, moved, complete);
        });
  }

  /**
   * Moves the version {@code number} of the key that {@code select} finds.
   *
   * @throws ProblemException {@code not_found} when there is no such version, {@code conflict} when
   *     its move is not allowed
   */
  public <T> T moveVersion(
      Function<Transaction, KmsKey> select, int number, Asked asked, Moved<T> complete) {
    return store.change(
        tx -> {
          KmsKey key = select.apply(tx);
          requireVersion(key, number, asked.move());
          KmsKey moved = allowed(() -> key.after(number, transition(tx, key, asked)));
          return finish(tx, key, moved, complete);
        });
  }

  private static void requireVersion(KmsKey key, int number, KeyMove move) {
    if (key.version(number).isEmpty()) {
      throw new ProblemException(
          ErrorCode.NOT_FOUND, "the key has no version " + number + "; see its versions");
    }
    if (FROZEN.contains(key.state().name())) {
      throw conflict(
          "the key is " + key.state().name() + ": its versions stay as they are until that ends");
    }
    if (move == KeyMove.SCHEDULE_DESTRUCTION && number == key.currentVersion()) {
      throw conflict("version " + number + " is the one that encrypts; rotate the key first");
    }
  }

  private static KeyTransition transition(Transaction tx, KmsKey key, Asked asked) {
    if (asked.move() != KeyMove.SCHEDULE_DESTRUCTION) {
      return KeyTransition.of(asked.move(), tx.now(), asked.by());
    }
    int defaultDays = tx.dataClasses().rules(key.draft().dataClass()).destructionWaitDays();
    Duration wait = DestructionWait.read(asked.document(), defaultDays);
    return new KeyTransition(asked.move(), wait, tx.now(), asked.by());
  }

  private static KmsKey allowed(Supplier<KmsKey> move) {
    try {
      return move.get();
    } catch (IllegalMoveException e) {
      throw conflict(e.getMessage());
    }
  }

  private static <T> T finish(Transaction tx, KmsKey key, KmsKey moved, Moved<T> complete) {
    if (!moved.equals(key)) {
      tx.keys().update(moved);
    }
    return complete.complete(tx, key, moved);
  }

  private static ProblemException conflict(String why) {
    return new ProblemException(ErrorCode.CONFLICT, why);
  }
}
