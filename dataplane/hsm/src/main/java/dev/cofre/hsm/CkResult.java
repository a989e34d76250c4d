package dev.cofre.hsm;

/** The few PKCS#11 return values that are told apart (PKCS#11 v2.40, CK_RV). */
final class CkResult {
  static final long OK = 0;
  static final long ATTRIBUTE_SENSITIVE = 0x11;
  static final long PIN_INCORRECT = 0xA0;
  static final long PIN_LOCKED = 0xA4;
  static final long USER_ALREADY_LOGGED_IN = 0x100;
  static final long CRYPTOKI_ALREADY_INITIALIZED = 0x191;

  private CkResult() {}

  /** {@code CKR_…} as the vendors' manuals list it. */
  static String name(long result) {
    return "CKR 0x" + Long.toHexString(result);
  }
}
