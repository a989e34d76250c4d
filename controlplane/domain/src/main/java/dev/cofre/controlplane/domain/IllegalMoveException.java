package dev.cofre.controlplane.domain;

/** A move that the table of moves does not have. The message says what can be done instead. */
public final class IllegalMoveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  IllegalMoveException(String message) {
    super(message);
  }
}
