package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ProblemException;

/**
 * A template is not read, for its reader does not get what it refers to. It carries no stack trace,
 * as it says nothing of the program.
 */
public final class RefusedReferenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reference;
  private final transient ProblemException why;

  RefusedReferenceException(String reference, ProblemException why) {
    super(why.getMessage(), null, false, false);
    this.reference = reference;
    this.why = why;
  }

  /** The name of the secret that is referred to. */
  public String reference() {
    return reference;
  }

  /** What the reader is told. */
  public ProblemException why() {
    return why;
  }
}
