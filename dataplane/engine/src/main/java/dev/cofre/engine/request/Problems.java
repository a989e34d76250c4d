package dev.cofre.engine.request;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;

/**
 * Turns any failure into a problem: what is not one is ours, is logged, and is told as {@code
 * internal}.
 */
public final class Problems {
  private static final System.Logger LOG = System.getLogger(Problems.class.getName());

  private Problems() {}

  /** The problem that {@code failure} is or means. */
  public static ProblemException of(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ProblemException problem) {
      return problem;
    }
    LOG.log(Level.ERROR, "a request failed by a fault of this program", cause);
    return new ProblemException(
        ErrorCode.INTERNAL, "the server failed; try again, and report the request's id");
  }
}
