package dev.cofre.controlplane.server.federation;

/** A provider's keys could not be fetched. */
final class KeyFetchException extends Exception {
  private static final long serialVersionUID = 1L;

  KeyFetchException(String message) {
    super(message);
  }
}
