package dev.cofre.controlplane.server.vault;

import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.domain.SecretDraft;
import dev.cofre.controlplane.domain.SecretReference;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a template may refer to: secrets of its own owner, of its environment, and no more sensitive
 * than itself. Else who writes a template could have a reader send another's secret elsewhere.
 * Stateless.
 */
public final class TemplateRules {
  private TemplateRules() {}

  /** Why {@code from} may not refer to {@code to}; empty when it may. */
  static Optional<String> unfit(SecretDraft from, SecretDraft to) {
    if (!from.owner().equals(to.owner())) {
      return Optional.of("it has another owner than the template");
    }
    if (from.environment() != to.environment()) {
      return Optional.of("it is of another environment than the template");
    }
    return to.dataClass().compareTo(from.dataClass()) > 0
        ? Optional.of("it is of a more sensitive data class than the template")
        : Optional.empty();
  }

  /**
   * Checks what the version {@code number} of {@code from}, which is to be written, refers to.
   * Others' secrets are as if they were not there.
   *
   * @throws InvalidDocumentException naming the first reference that leads nowhere, or in a circle
   */
  public static void require(
      Transaction tx, Secret from, int number, Collection<SecretReference> references) {
    for (SecretReference reference : references) {
      Secret to =
          tx.secrets()
              .findOwned(from.tenant(), reference.name(), Set.of(from.draft().owner()))
              .orElseThrow(
                  () ->
                      wrong(
                          "refers to "
                              + reference.name()
                              + ", which "
                              + from.draft().owner()
                              + " does not own"));
      unfit(from.draft(), to.draft())
          .ifPresent(
              why -> {
                throw wrong("refers to " + reference.name() + ": " + why);
              });
      boolean isNew = to.id().equals(from.id()) && reference.version() == number;
      if (reference.version() != 0
          && !isNew
          && tx.secretVersions().find(to.id(), reference.version()).isEmpty()) {
        throw wrong(
            "refers to version "
                + reference.version()
                + " of "
                + reference.name()
                + ", which is not there");
      }
    }
    new Circles(tx, from, number).look(references, 1);
  }

  private static InvalidDocumentException wrong(String message) {
    return new InvalidDocumentException(List.of(new FieldError("value", message)));
  }

  /** Looks for a way from what is to be written back to it. Not thread-safe. */
  private static final class Circles {
    private final Transaction tx;
    private final Secret from;
    private final int number;
    private final Set<String> seen = new HashSet<>();
    private final Set<String> values = new HashSet<>();

    Circles(Transaction tx, Secret from, int number) {
      this.tx = tx;
      this.from = from;
      this.number = number;
    }

    void look(Collection<SecretReference> references, int depth) {
      if (depth > ReferenceWalk.DEPTH_MAX && !references.isEmpty()) {
        throw wrong(
            "must be a template from which at most "
                + ReferenceWalk.DEPTH_MAX
                + " references lead to the last value");
      }
      for (SecretReference reference : references) {
        tx.secrets()
            .find(from.tenant(), reference.name())
            .ifPresent(to -> step(to, reference, depth));
      }
    }

    private void step(Secret to, SecretReference reference, int depth) {
      boolean isSame = to.id().equals(from.id());
      if (isSame && (reference.version() == 0 || reference.version() == number)) {
        throw wrong("refers to itself, directly or through others");
      }
      int version = reference.version() == 0 ? to.currentVersion() : reference.version();
      String value = to.id() + " " + version;
      // Itself is one of them.
      if (values.add(value) && values.size() >= ReferenceWalk.VALUES_MAX) {
        throw wrong(
            "must be a template that takes at most " + ReferenceWalk.VALUES_MAX + " values");
      }
      if (seen.add(depth + " " + value)) {
        look(tx.secretReferences().of(to.id(), version), depth + 1);
      }
    }
  }
}
