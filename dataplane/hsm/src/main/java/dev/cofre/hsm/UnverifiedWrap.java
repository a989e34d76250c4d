package dev.cofre.hsm;

import javax.crypto.AEADBadTagException;

/**
 * The token did not open a wrap. It carries no stack trace: whoever sends junk shall not have one
 * made for each.
 */
final class UnverifiedWrap extends AEADBadTagException {
  private static final long serialVersionUID = 1L;

  private final boolean certain;

  UnverifiedWrap(long result) {
    super(CkResult.name(result));
    this.certain =
        result == CkResult.ENCRYPTED_DATA_INVALID
            || result == CkResult.ENCRYPTED_DATA_LEN_RANGE
            || result == CkResult.AEAD_DECRYPT_FAILED;
  }

  /** Whether {@code result} of C_Decrypt may speak of the ciphertext. */
  static boolean isPossible(long result) {
    return result == CkResult.ENCRYPTED_DATA_INVALID
        || result == CkResult.ENCRYPTED_DATA_LEN_RANGE
        || result == CkResult.AEAD_DECRYPT_FAILED
        || result == CkResult.GENERAL_ERROR
        || result == CkResult.FUNCTION_FAILED
        || result == CkResult.DATA_INVALID
        || result == CkResult.DATA_LEN_RANGE
        || result == CkResult.DEVICE_ERROR
        || result == CkResult.SIGNATURE_INVALID;
  }

  /** Whether the token itself said that it is the ciphertext. */
  boolean isCertain() {
    return certain;
  }

  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
