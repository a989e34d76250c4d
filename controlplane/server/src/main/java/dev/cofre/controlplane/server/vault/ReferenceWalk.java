package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.SecretReference;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Finds all that a value refers to, for one reader, by the names in the store: nothing is opened.
 * Each secret on the way is found by the reader's own grant on it, before anything else is looked
 * at. Not thread-safe; within one transaction, so that what it finds is of one moment.
 */
public final class ReferenceWalk {
  /** How many references lead from a value to another one at most. */
  public static final int DEPTH_MAX = 5;

  /** The most different values of one reading, the template's among them. */
  public static final int VALUES_MAX = 50;

  private final Transaction tx;
  private final Principal reader;
  private final Map<VersionId, SecretTree> done = new HashMap<>();
  private final Set<VersionId> open = new HashSet<>();

  private record VersionId(UUID secret, int number) {}

  private ReferenceWalk(Transaction tx, Principal reader) {
    this.tx = tx;
    this.reader = reader;
  }

  /**
   * What {@code reader} asks for, with all that it refers to.
   *
   * @param number the version; 0: the current one
   * @throws ProblemException as {@link SealedSecret#find}
   * @throws RefusedReferenceException when the reader does not get what it refers to
   * @throws DamagedValueException when a stored value names no key of ours
   */
  public static SecretTree find(Transaction tx, Principal reader, String name, int number) {
    SealedSecret sealed = SealedSecret.find(tx, reader, name, number);
    return new ReferenceWalk(tx, reader).grow(sealed, 0);
  }

  private SecretTree grow(SealedSecret here, int depth) {
    String name = here.secret().name();
    VersionId id = new VersionId(here.secret().id(), here.version().number());
    SecretTree known = done.get(id);
    if (depth + (known == null ? 0 : known.height()) > DEPTH_MAX) {
      throw refused(name, "more than " + DEPTH_MAX + " references lead to the last value");
    }
    if (known != null) {
      return known;
    }
    if (!open.add(id)) {
      throw refused(name, "it refers to itself, directly or through others");
    }
    if (open.size() + done.size() > VALUES_MAX) {
      throw refused(name, "it takes more than " + VALUES_MAX + " values");
    }
    Map<SecretReference, SecretTree> references = new LinkedHashMap<>();
    if (here.version().template()) {
      for (SecretReference reference : tx.secretReferences().of(id.secret, id.number)) {
        references.put(reference, grow(target(here, reference), depth + 1));
      }
    }
    open.remove(id);
    SecretTree tree = new SecretTree(here, references);
    done.put(id, tree);
    return tree;
  }

  private SealedSecret target(SealedSecret here, SecretReference reference) {
    try {
      SealedSecret to = SealedSecret.find(tx, reader, reference.name(), reference.version());
      TemplateRules.unfit(here.secret().draft(), to.secret().draft())
          .ifPresent(
              why -> {
                throw new ProblemException(ErrorCode.CONFLICT, why);
              });
      return to;
    } catch (ProblemException e) {
      throw new RefusedReferenceException(
          reference.name(),
          new ProblemException(
              e.code(),
              "the template "
                  + here.secret().name()
                  + " refers to "
                  + reference.name()
                  + ": "
                  + e.detail(),
              e.retryAfterMs()));
    }
  }

  private static RefusedReferenceException refused(String name, String why) {
    return new RefusedReferenceException(
        name,
        new ProblemException(
            ErrorCode.CONFLICT,
            "the reference to " + name + " is not followed: " + why + "; its owner changes that"));
  }
}
