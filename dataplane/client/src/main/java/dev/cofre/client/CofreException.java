package dev.cofre.client;

import dev.cofre.contract.problem.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A call that did not succeed: what the service answered, or why no whole answer came.
 *
 * <p>The message says what to do and holds no secret. Immutable.
 */
public final class CofreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Who is at fault, so that a caller knows whether to try again. */
  public enum Kind {
    /** The service answered with a problem: see {@link CofreException#code()}. */
    REFUSED,
    /** No connection could be made, or it closed before any answer. */
    UNREACHABLE,
    /** The deadline passed, or the service stopped reading or answering. */
    TIMED_OUT,
    /** The answer began and did not end: what was received of it must not be used. */
    CUT_SHORT,
    /** The answer is not one of this protocol (a wrong address, or a proxy's page). */
    PROTOCOL,
    /** The call could not be made: an argument or the token file is not valid. */
    LOCAL,
    /** The call was not made: this client has as many open as its limits allow. */
    BUSY
  }

  /** A field of the request that the service refused. */
  public record FieldError(String field, String message) {}

  private final Kind kind;
  private final transient Answer answer;

  /** What an answer said; {@code status} 0 when there was none. */
  record Answer(
      int status,
      String code,
      String requestId,
      OptionalInt retryAfterSeconds,
      List<FieldError> fieldErrors) {
    static final Answer NONE = new Answer(0, null, null, OptionalInt.empty(), List.of());
  }

  CofreException(Kind kind, String detail, Answer answer, Throwable cause) {
    super(detail, cause);
    this.kind = kind;
    this.answer = answer;
  }

  /** A failure without an answer. */
  public CofreException(Kind kind, String detail) {
    this(kind, detail, Answer.NONE, null);
  }

  /** A failure without an answer. */
  public CofreException(Kind kind, String detail, Throwable cause) {
    this(kind, detail, Answer.NONE, cause);
  }

  /**
   * What {@code code} says.
   *
   * @param retryMs after how many milliseconds the same may be tried again; 0: not said
   */
  public static CofreException refused(Kind kind, ErrorCode code, String detail, long retryMs) {
    OptionalInt seconds =
        retryMs == 0 ? OptionalInt.empty() : OptionalInt.of((int) ((retryMs + 999) / 1_000));
    return new CofreException(
        kind, detail, new Answer(code.status(), code.code(), null, seconds, List.of()), null);
  }

  /** The same for another thread: with a stack trace of its own, and this one as its cause. */
  public CofreException again() {
    return new CofreException(kind, getMessage(), answer, this);
  }

  /** Who is at fault. */
  public Kind kind() {
    return kind;
  }

  /** The stable code of the service's problem; empty when the service did not send one. */
  public Optional<ErrorCode> code() {
    return Optional.ofNullable(answer().code()).map(ErrorCode::of);
  }

  /**
   * The stable code as it was sent (a newer service may send one that {@link ErrorCode} lacks), or
   * the kind in lower case: a name to count failures by.
   */
  public String reason() {
    return answer().code() != null
        ? answer().code()
        : kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  /** What happened and what to do. */
  public String detail() {
    return getMessage();
  }

  /** The HTTP status (over frames, the one that goes with the code), or 0 without an answer. */
  public int status() {
    return answer().status();
  }

  /** The service's id of the request, to be found in its logs; empty when it gave none. */
  public Optional<String> requestId() {
    return Optional.ofNullable(answer().requestId());
  }

  /** When the service asks to try again, in seconds from now. */
  public OptionalInt retryAfterSeconds() {
    return answer().retryAfterSeconds();
  }

  /** The fields that were refused; empty when the problem is not about fields. */
  public List<FieldError> fieldErrors() {
    return answer().fieldErrors();
  }

  private Answer answer() {
    return answer == null ? Answer.NONE : answer;
  }
}
