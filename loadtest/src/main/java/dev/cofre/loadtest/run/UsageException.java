package dev.cofre.loadtest.run;

/** The command cannot be carried out as it was given; the message says what to do. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what is wrong, and what to do about it. */
  public UsageException(String message) {
    super(message, null, false, false);
  }
}
