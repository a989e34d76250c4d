package dev.cofre.contract.problem;

import java.util.Objects;

/**
 * An operating error that is told to the caller: a stable code and a detail that says what to do.
 *
 * <p>It carries no stack trace: it says nothing about the program, only about the request, and is
 * made on hot paths.
 */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final long RETRY_MS = 1_000;

  private final ErrorCode code;
  private final long retryAfterMs;

  /**
   * Makes a problem.
   *
   * @param detail what happened and what to do, for the caller to read; never holds secret or
   *     request bytes
   */
  public ProblemException(ErrorCode code, String detail) {
    this(code, detail, RETRY_MS);
  }

  /**
   * The same, when it is known after what time trying again may help.
   *
   * @param retryAfterMs milliseconds; told when the code is retryable
   */
  public ProblemException(ErrorCode code, String detail, long retryAfterMs) {
    super(Objects.requireNonNull(detail), null, false, false);
    this.code = Objects.requireNonNull(code);
    this.retryAfterMs = retryAfterMs;
  }

  /** After how many milliseconds the same request may succeed, when its code is retryable. */
  public long retryAfterMs() {
    return retryAfterMs;
  }

  /** The stable code. */
  public ErrorCode code() {
    return code;
  }

  /** What happened and what to do. */
  public String detail() {
    return getMessage();
  }
}
