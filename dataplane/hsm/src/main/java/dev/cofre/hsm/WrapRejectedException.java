package dev.cofre.hsm;

/** A wrapped key was not made under this KEK and AAD: the HSM's authentication of it failed. */
public final class WrapRejectedException extends HsmException {
  private static final long serialVersionUID = 1L;

  WrapRejectedException(Throwable cause) {
    super("the wrapped key does not verify", cause);
  }
}
