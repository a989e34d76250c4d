package dev.cofre.controlplane.server.vault;

/**
 * A stored value does not open, for its row was changed by another hand than ours. The message
 * names the secret; it carries no stack trace, as it says nothing of the program.
 */
public final class DamagedValueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DamagedValueException(String message) {
    super(message, null, false, false);
  }
}
