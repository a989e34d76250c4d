package dev.cofre.contract.problem;

/**
 * The stable error codes, the same for every face of both planes (docs/PROTOCOL.md, "Errors").
 *
 * <p>A code is never renamed and never changes its status.
 */
public enum ErrorCode {
  INVALID_REQUEST("invalid_request", 400, "The request is not well formed"),
  INVALID_CIPHERTEXT("invalid_ciphertext", 400, "The envelope or wrapped data key is not valid"),
  PROTECTION_NOT_AVAILABLE("protection_not_available", 400, "This protection is not available"),
  INVALID_KEY_MATERIAL("invalid_key_material", 400, "The key material is not what it should be"),
  WRAPPING_NOT_AVAILABLE("wrapping_not_available", 400, "The HSM does not do this wrapping"),
  UNAUTHENTICATED("unauthenticated", 401, "The caller is not known"),
  FORBIDDEN("forbidden", 403, "The caller may not do this"),
  KEY_NOT_FOUND("key_not_found", 404, "There is no such key"),
  NOT_FOUND("not_found", 404, "There is no such resource"),
  METHOD_NOT_ALLOWED("method_not_allowed", 405, "The resource does not take this method"),
  KEY_DISABLED("key_disabled", 409, "The key is disabled"),
  KEY_EXPIRED("key_expired", 409, "The key has expired"),
  KEY_NOT_YET_ACTIVE("key_not_yet_active", 409, "The key is not active yet"),
  KEY_DEACTIVATED("key_deactivated", 409, "The key is deactivated"),
  KEY_COMPROMISED("key_compromised", 409, "The key is compromised"),
  KEY_DESTROYED("key_destroyed", 409, "The key was destroyed"),
  KEY_PENDING_DESTRUCTION("key_pending_destruction", 409, "The key awaits its destruction"),
  ALIAS_IN_USE("alias_in_use", 409, "The alias is in use"),
  EXPORT_NOT_PERMITTED("export_not_permitted", 409, "The key or secret may not leave"),
  IMPORT_ENDED("import_ended", 409, "The import takes no material any more"),
  KEY_MATERIAL_IN_USE("key_material_in_use", 409, "The key material is or was another version's"),
  CONFLICT("conflict", 409, "The request conflicts with the state of the resource"),
  REQUEST_IN_PROGRESS("request_in_progress", 409, "The first such request is still at work"),
  PRECONDITION_FAILED("precondition_failed", 412, "The resource was changed meanwhile"),
  PAYLOAD_TOO_LARGE("payload_too_large", 413, "The body is too large"),
  URI_TOO_LONG("uri_too_long", 414, "The request line is too long"),
  UNSUPPORTED_MEDIA_TYPE("unsupported_media_type", 415, "The content type is not supported"),
  TOO_MANY_ATTEMPTS("too_many_attempts", 429, "Too many attempts to prove who one is have failed"),
  QUOTA_EXCEEDED("quota_exceeded", 429, "A quota is used up"),
  HEADERS_TOO_LARGE("headers_too_large", 431, "The header fields are too large"),
  INTERNAL("internal", 500, "The server failed"),
  OVERLOADED("overloaded", 503, "The server is overloaded"),
  HSM_UNAVAILABLE("hsm_unavailable", 503, "The HSM cannot be reached"),
  AUDIT_UNAVAILABLE("audit_unavailable", 503, "The audit log cannot take a record"),
  STORE_UNAVAILABLE("store_unavailable", 503, "The store cannot be reached"),
  IDENTITY_PROVIDER_UNAVAILABLE(
      "identity_provider_unavailable", 503, "The identity provider cannot be reached"),
  TARGET_UNAVAILABLE("target_unavailable", 503, "The target system cannot be reached"),
  POLICY_STALE("policy_stale", 503, "The policy is older than its limit"),
  NOT_READY("not_ready", 503, "The server is starting or stopping"),
  DEADLINE_EXCEEDED("deadline_exceeded", 504, "The deadline has passed");

  private final String code;
  private final int status;
  private final String title;

  ErrorCode(String code, int status, String title) {
    this.code = code;
    this.status = status;
    this.title = title;
  }

  /** The code as it stands in answers and in the audit log. */
  public String code() {
    return code;
  }

  /** The HTTP status that goes with the code. */
  public int status() {
    return status;
  }

  /** A short, constant sentence: the RFC 9457 {@code title}. */
  public String title() {
    return title;
  }

  /** Whether the same request may succeed later; such answers carry {@code Retry-After}. */
  public boolean isRetryable() {
    return status == 503 || status == 429 || this == REQUEST_IN_PROGRESS;
  }

  /** The code named {@code code}, or {@link #INTERNAL} when this release does not know it. */
  public static ErrorCode of(String code) {
    for (ErrorCode candidate : values()) {
      if (candidate.code.equals(code)) {
        return candidate;
      }
    }
    return INTERNAL;
  }
}
