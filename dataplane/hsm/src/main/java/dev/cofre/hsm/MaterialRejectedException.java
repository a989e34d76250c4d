package dev.cofre.hsm;

/** Key material that was sent to be imported is not what it should be; the HSM works. */
public final class MaterialRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MaterialRejectedException(String why) {
    super(why);
  }
}
