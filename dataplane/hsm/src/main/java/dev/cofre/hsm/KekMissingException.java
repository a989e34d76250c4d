package dev.cofre.hsm;

/** The token does not hold the KEK that was asked for. */
public final class KekMissingException extends HsmException {
  private static final long serialVersionUID = 1L;

  /** The KEK with {@code label} should be there and is not. */
  public KekMissingException(String label) {
    super("the token holds no KEK with the label " + label);
  }
}
