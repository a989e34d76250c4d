package dev.cofre.controlplane.server.dev;

/** {@code ./cofre dev} cannot go on; the message is one line that says what to do. */
public final class DevException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DevException(String message) {
    super(message, null, false, false);
  }
}
