package dev.cofre.contract.frames;

import dev.cofre.contract.problem.ErrorCode;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The error codes as numbers (docs/PROTOCOL.md, "Frames: status"). A number never changes; new ones
 * are added at the end.
 */
public final class FrameStatus {
  /** Done. */
  public static final int OK = 0;

  /** Cancelled by the caller before it was done. */
  public static final int CANCELLED = 1;

  /** The number of the first code. */
  static final int FIRST = 16;

  private static final List<String> CODES =
      List.of(
          "invalid_request",
          "invalid_ciphertext",
          "protection_not_available",
          "unauthenticated",
          "forbidden",
          "key_not_found",
          "not_found",
          "method_not_allowed",
          "key_disabled",
          "key_expired",
          "key_pending_destruction",
          "alias_in_use",
          "conflict",
          "precondition_failed",
          "payload_too_large",
          "uri_too_long",
          "unsupported_media_type",
          "quota_exceeded",
          "headers_too_large",
          "internal",
          "overloaded",
          "hsm_unavailable",
          "audit_unavailable",
          "policy_stale",
          "not_ready",
          "deadline_exceeded",
          "key_not_yet_active",
          "key_deactivated",
          "key_compromised",
          "key_destroyed",
          "request_in_progress",
          "store_unavailable",
          "too_many_attempts",
          "identity_provider_unavailable",
          "invalid_key_material",
          "wrapping_not_available",
          "export_not_permitted",
          "import_ended",
          "key_material_in_use",
          "target_unavailable");

  private static final Map<ErrorCode, Integer> NUMBERS = new EnumMap<>(ErrorCode.class);

  static {
    for (ErrorCode code : ErrorCode.values()) {
      int index = CODES.indexOf(code.code());
      NUMBERS.put(code, FIRST + (index < 0 ? CODES.indexOf("internal") : index));
    }
  }

  private FrameStatus() {}

  /** The number of {@code code}. */
  public static int of(ErrorCode code) {
    return NUMBERS.get(code);
  }

  /** The code with {@code number}; {@code internal} when this release does not know it. */
  public static ErrorCode code(int number) {
    return ErrorCode.of(text(number));
  }

  /** What {@code number} is called: {@code ok}, {@code cancelled}, or the error's code. */
  public static String text(int number) {
    int index = number - FIRST;
    return number == OK
        ? "ok"
        : number == CANCELLED
            ? "cancelled"
            : index >= 0 && index < CODES.size() ? CODES.get(index) : "internal";
  }
}
