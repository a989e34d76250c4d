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

  private final ErrorCode code;
  private final int retryAfterSeconds;

  /**
   * Makes a problem.
   *
   * @param detail what happened and what to do, for the caller to read; never holds secret or
   *     request bytes
   */
  public ProblemException(ErrorCode code, String detail) {
    this(code, detail, 1);
  }

  /**
   * Makes a problem that passes.
   *
   * @param retryAfterSeconds after how long the same request may succeed, when {@code code} says
   *     that it may
   */
  public ProblemException(ErrorCode code, String detail, int retryAfterSeconds) {
    super(Objects.requireNonNull(detail), null, false, false);
    this.code = Objects.requireNonNull(code);
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** After how many seconds the same request may succeed, when the code is retryable. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
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
