package dev.cofre.client;

import io.vertx.core.VertxException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Says what a failure of the connection means to the caller. */
final class Failures {
  private Failures() {}

  /**
   * The failure {@code cause} of a call.
   *
   * @param answerBegan whether the answer's head had come
   */
  static CofreException of(Throwable cause, Endpoint endpoint, boolean answerBegan) {
    if (cause instanceof CofreException known) {
      return known;
    }
    if (answerBegan && isConnectionLost(cause)) {
      return new CofreException(
          CofreException.Kind.CUT_SHORT,
          "the answer was cut short: do not use what was received of it",
          cause);
    }
    if (cause instanceof TimeoutException) {
      return timedOut("no connection to " + endpoint.url() + " in time");
    }
    if (cause instanceof SSLException) {
      return new CofreException(
          CofreException.Kind.UNREACHABLE,
          "no TLS 1.3 connection to " + endpoint.url() + ": " + rootMessage(cause),
          cause);
    }
    if (cause instanceof VertxException) {
      return new CofreException(
          CofreException.Kind.UNREACHABLE,
          endpoint.url() + " closed the connection without an answer",
          cause);
    }
    if (cause instanceof IOException) {
      return new CofreException(
          CofreException.Kind.UNREACHABLE, "cannot reach " + endpoint.url() + why(cause), cause);
    }
    return new CofreException(
        CofreException.Kind.PROTOCOL,
        "the answer of " + endpoint.url() + " cannot be read" + why(cause),
        cause);
  }

  /**
   * Whether {@code cause} is the connection's end: of a write that failed by it nothing need be
   * said, as the request's exception handler tells, and the service's reason may still be on its
   * way.
   */
  static boolean isConnectionLost(Throwable cause) {
    // A queued write is cancelled with a plain VertxException, the parent of HttpClosedException.
    return cause instanceof VertxException || cause instanceof IOException;
  }

  static CofreException timedOut(String detail) {
    return new CofreException(CofreException.Kind.TIMED_OUT, detail);
  }

  private static String why(Throwable cause) {
    if (cause instanceof UnknownHostException) {
      return ": the host's name is not known";
    }
    return cause.getMessage() == null ? "" : ": " + cause.getMessage();
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }
}
