package dev.cofre.cli.template;

/** A value cannot stand where a template has it. The message tells why, never the value. */
public final class UnfitValueException extends Exception {
  private static final long serialVersionUID = 1L;

  /** {@code message} is one line. */
  public UnfitValueException(String message) {
    super(message, null, false, false);
  }
}
