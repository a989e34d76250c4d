package dev.cofre.hsm;

import java.util.Map;

/** The few PKCS#11 return values that are told apart (PKCS#11 v3.0, CK_RV). */
final class CkResult {
  static final long OK = 0;
  static final long GENERAL_ERROR = 0x5;
  static final long FUNCTION_FAILED = 0x6;
  static final long ARGUMENTS_BAD = 0x7;
  static final long ATTRIBUTE_SENSITIVE = 0x11;
  static final long DATA_INVALID = 0x20;
  static final long DATA_LEN_RANGE = 0x21;
  static final long DEVICE_ERROR = 0x30;
  static final long ENCRYPTED_DATA_INVALID = 0x40;
  static final long ENCRYPTED_DATA_LEN_RANGE = 0x41;
  static final long AEAD_DECRYPT_FAILED = 0x42;
  static final long FUNCTION_NOT_SUPPORTED = 0x54;
  static final long KEY_NOT_WRAPPABLE = 0x69;
  static final long KEY_UNEXTRACTABLE = 0x6A;
  static final long MECHANISM_INVALID = 0x70;
  static final long MECHANISM_PARAM_INVALID = 0x71;
  static final long PIN_INCORRECT = 0xA0;
  static final long PIN_LEN_RANGE = 0xA2;
  static final long PIN_LOCKED = 0xA4;
  static final long SIGNATURE_INVALID = 0xC0;
  static final long USER_ALREADY_LOGGED_IN = 0x100;
  static final long CRYPTOKI_NOT_INITIALIZED = 0x190;
  static final long CRYPTOKI_ALREADY_INITIALIZED = 0x191;

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(GENERAL_ERROR, "CKR_GENERAL_ERROR"),
          Map.entry(FUNCTION_FAILED, "CKR_FUNCTION_FAILED"),
          Map.entry(DEVICE_ERROR, "CKR_DEVICE_ERROR"),
          Map.entry(0x32L, "CKR_DEVICE_REMOVED"),
          Map.entry(FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED"),
          Map.entry(0x60L, "CKR_KEY_HANDLE_INVALID"),
          Map.entry(0x82L, "CKR_OBJECT_HANDLE_INVALID"),
          Map.entry(0xB0L, "CKR_SESSION_CLOSED"),
          Map.entry(0xB3L, "CKR_SESSION_HANDLE_INVALID"),
          Map.entry(0xE0L, "CKR_TOKEN_NOT_PRESENT"),
          Map.entry(0xE1L, "CKR_TOKEN_NOT_RECOGNIZED"),
          Map.entry(0x101L, "CKR_USER_NOT_LOGGED_IN"),
          Map.entry(CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"));

  private CkResult() {}

  /** {@code CKR_…} as the vendors' manuals list it. */
  static String name(long result) {
    return NAMES.getOrDefault(result, "CKR 0x" + Long.toHexString(result));
  }

  /** Throws unless {@code result} is OK. */
  static void check(long result, String what) {
    if (result != OK) {
      throw new HsmException(what + ": " + name(result));
    }
  }
}
