package dev.cofre.loadtest.generator;

/** The target does not take requests on a connection, and has said why. */
public final class RefusedConnectionException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With the target's code. */
  public RefusedConnectionException(String code) {
    super(code, null, false, false);
  }
}
