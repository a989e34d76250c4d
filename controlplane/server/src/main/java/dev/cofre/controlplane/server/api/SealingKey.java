package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.function.Supplier;

/**
 * Sees to it that what is committed was sealed under the version of the vault's key that seals at
 * the commit: between the two the key may be rotated, and the version before it disabled or ended.
 * Stateless.
 */
final class SealingKey {
  private SealingKey() {}

  /** Another version seals by now. */
  private static final class Outdated extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Outdated() {
      super(null, null, false, false);
    }
  }

  /** Within the commit: that {@code sealed} is still what seals, {@code now}. */
  static void requireSame(KeyMetadata sealed, KeyMetadata now) {
    if (!sealed.id().equals(now.id()) || sealed.currentVersion() != now.currentVersion()) {
      throw new Outdated();
    }
  }

  /**
   * Does {@code work}, and once more when the key was rotated meanwhile.
   *
   * @throws ProblemException {@code conflict} when it was rotated twice
   */
  static Answer sealAndCommit(Supplier<Answer> work) {
    try {
      return work.get();
    } catch (Outdated first) {
      try {
        return work.get();
      } catch (Outdated second) {
        throw new ProblemException(
            ErrorCode.CONFLICT, "the vault's key is rotated again and again; try again");
      }
    }
  }
}
