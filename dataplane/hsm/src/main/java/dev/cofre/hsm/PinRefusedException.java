package dev.cofre.hsm;

/** The token refused the PIN or has locked it: trying the same PIN again can only do harm. */
final class PinRefusedException extends HsmException {
  private static final long serialVersionUID = 1L;

  PinRefusedException(String message) {
    super(message);
  }
}
