package dev.cofre.loadtest.generator;

/** What came is not an answer of the protocol. */
public final class GarbledAnswerException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what was wrong. */
  public GarbledAnswerException(String message) {
    super(message, null, false, false);
  }
}
