package dev.cofre.hsm;

import java.security.ProviderException;

/** The token answered with an error that says nothing about the caller's bytes. */
final class TokenFailure extends ProviderException {
  private static final long serialVersionUID = 1L;

  TokenFailure(long result) {
    super(CkResult.name(result));
  }

  TokenFailure(String message) {
    super(message);
  }
}
