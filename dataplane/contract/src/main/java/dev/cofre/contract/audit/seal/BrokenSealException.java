package dev.cofre.contract.audit.seal;

import java.io.IOException;

/** What lies beside a log's segments is not what a sealer leaves there. */
public final class BrokenSealException extends IOException {
  private static final long serialVersionUID = 1;

  /** Says what is not so. */
  public BrokenSealException(String message) {
    super(message);
  }
}
