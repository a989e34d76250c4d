package dev.cofre.hsm;

/**
 * The HSM refused or could not be reached. The message is one line that says what happened and what
 * to do.
 */
public class HsmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HsmException(String message) {
    super(message);
  }

  HsmException(String message, Throwable cause) {
    super(message, cause);
  }
}
