package dev.cofre.controlplane.server.archive;

/** Records are not those that the head which came with them was signed over. */
public final class UnprovenRecordsException extends Exception {
  private static final long serialVersionUID = 1;

  UnprovenRecordsException(String message) {
    super(message);
  }
}
