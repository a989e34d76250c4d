package dev.cofre.hsm;

/** The PKCS#11 module does not do this wrapping. */
public final class WrappingNotAvailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrappingNotAvailableException(String what) {
    super(what);
  }
}
