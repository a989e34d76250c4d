package dev.cofre.controlplane.server.keys;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.KeyTransport;
import dev.cofre.hsm.MaterialRejectedException;
import java.util.Optional;

/** KEKs on their way out, wrapped inside the HSM. Thread-safe; blocks. */
public final class Exports {
  private final Store store;
  private final Hsm hsm;
  private final KekMaker keks;

  /** Works on {@code store} and {@code hsm}. */
  public Exports(Store store, Hsm hsm, KekMaker keks) {
    this.store = store;
    this.hsm = hsm;
    this.keks = keks;
  }

  /**
   * The version {@code number} of {@code key}, when it may leave now.
   *
   * @throws ProblemException {@code export_not_permitted}, {@code not_found}, {@code
   *     key_destroyed}, {@code key_pending_destruction}
   */
  public static KeyVersion requireExportable(Transaction tx, KmsKey key, int number) {
    KeyVersion version =
        key.version(number)
            .orElseThrow(
                () ->
                    new ProblemException(
                        ErrorCode.NOT_FOUND,
                        "the key has no version " + number + "; see the key's versions"));
    requireThere(key.state());
    requireThere(version.state());
    if (!version.material().exportable()) {
      throw new ProblemException(
          ErrorCode.EXPORT_NOT_PERMITTED,
          "the version was not made exportable, and that is decided when it is made");
    }
    if (!tx.dataClasses().rules(key.draft().dataClass()).exportPermitted()) {
      throw new ProblemException(
          ErrorCode.EXPORT_NOT_PERMITTED,
          "the data class "
              + key.draft().dataClass().wireName()
              + " does not permit export any more");
    }
    return version;
  }

  private static void requireThere(KeyState state) {
    if (state.name() == KeyState.Name.DESTROYED) {
      throw new ProblemException(ErrorCode.KEY_DESTROYED, "it was destroyed; nothing can leave");
    }
    if (state.name() == KeyState.Name.PENDING_DESTRUCTION) {
      throw new ProblemException(
          ErrorCode.KEY_PENDING_DESTRUCTION, "it awaits its destruction; cancel that first");
    }
  }

  /**
   * Wraps the KEK of {@code version} to {@code recipient}.
   *
   * @throws ProblemException {@code wrapping_not_available}, {@code export_not_permitted} when the
   *     HSM holds the KEK as one that stays
   */
  public KeyTransport.Exported run(
      KmsKey key,
      KeyVersion version,
      RecipientKey recipient,
      Optional<WrappingAlgorithm> algorithm) {
    return Imports.transport(
        () -> {
          try {
            return wrap(key, version, recipient, algorithm);
          } catch (MaterialRejectedException e) {
            throw new ProblemException(ErrorCode.EXPORT_NOT_PERMITTED, e.getMessage());
          }
        });
  }

  private KeyTransport.Exported wrap(
      KmsKey key,
      KeyVersion version,
      RecipientKey recipient,
      Optional<WrappingAlgorithm> algorithm) {
    if (version.protection() == Protection.HSM) {
      return hsm.transport().export(version.kekLabel(), recipient, algorithm);
    }
    byte[] wrapped =
        Optional.ofNullable(store.read(tx -> tx.keys().wrappedKeks(key.id())).get(version.number()))
            .orElseThrow(
                () -> new ProblemException(ErrorCode.KEY_DESTROYED, "its KEK is gone meanwhile"));
    try (ClearKey kek = keks.unwrap(key.tenant(), key.id(), version.number(), wrapped)) {
      return hsm.transport().export(kek, recipient, algorithm);
    }
  }
}
