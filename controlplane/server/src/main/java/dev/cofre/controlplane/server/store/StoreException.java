package dev.cofre.controlplane.server.store;

/** The database refused or could not be reached. The message is one line without secrets. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
