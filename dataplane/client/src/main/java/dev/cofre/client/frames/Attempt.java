package dev.cofre.client.frames;

import dev.cofre.client.CofreException;
import dev.cofre.client.CofreException.Kind;
import dev.cofre.contract.frames.ErrorBody;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;

/**
 * How an attempt failed. Immutable.
 *
 * @param retryMs after how long the same node may be asked again
 * @param mayRepeat whether another attempt may succeed and do no harm
 * @param isOfNode whether the node is the reason, so that another one may be asked at once
 * @param isMove whether the request never left, because the node had said goodbye
 */
record Attempt(
    CofreException failure, long retryMs, boolean mayRepeat, boolean isOfNode, boolean isMove) {
  /** More than this a node may not ask for. */
  private static final long RETRY_MS_MAX = 60_000;

  private static final int DETAIL_MAX = 1_024;

  /** The connection ended with the request's answer open; it may have been carried out. */
  static Attempt lost(CofreException failure) {
    return new Attempt(failure, 0, true, true, false);
  }

  /** No connection could be made. */
  static Attempt unsent(CofreException failure) {
    return new Attempt(failure, 0, true, true, false);
  }

  /** The node had said goodbye before the request left. */
  static Attempt move(String node) {
    return new Attempt(
        new CofreException(Kind.UNREACHABLE, node + " is closing its connections"),
        0,
        true,
        true,
        true);
  }

  /** What no other attempt would mend. */
  static Attempt hopeless(CofreException failure) {
    return new Attempt(failure, 0, false, false, false);
  }

  /** What a node says, for a log: without what could steer a terminal, and not too long. */
  private static String plain(String detail) {
    String cut = detail.length() > DETAIL_MAX ? detail.substring(0, DETAIL_MAX) : detail;
    return cut.replaceAll("\\p{Cntrl}+", " ");
  }

  /** The node answered with {@code status}, whose body stands in {@code in}. */
  static Attempt refused(int status, byte[] in, int offset, int length) {
    if (status == FrameStatus.CANCELLED) {
      return hopeless(
          new CofreException(Kind.PROTOCOL, "the node cancelled what nobody had cancelled"));
    }
    ProblemException problem = ErrorBody.problem(status, in, offset, length);
    ErrorCode code = problem.code();
    long retryMs = Math.min(RETRY_MS_MAX, ErrorBody.retryMs(in, offset, length) & 0xffff_ffffL);
    Kind kind = code == ErrorCode.DEADLINE_EXCEEDED ? Kind.TIMED_OUT : Kind.REFUSED;
    // A quota is the caller's at every node.
    boolean ofNode = code != ErrorCode.QUOTA_EXCEEDED;
    return new Attempt(
        CofreException.refused(kind, code, plain(problem.detail()), retryMs),
        retryMs,
        code.isRetryable(),
        ofNode,
        false);
  }
}
