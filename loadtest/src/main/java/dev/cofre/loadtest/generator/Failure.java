package dev.cofre.loadtest.generator;

/** Why a request has no answer, as reports name it. */
final class Failure {
  /** No answer within the timeout. */
  static final String TIMEOUT = "timeout";

  /** No connection could be made while the request waited for one. */
  static final String CONNECT_FAILED = "connect_failed";

  /** No TLS connection could be made. */
  static final String TLS_FAILED = "tls_failed";

  /** The target ended the connection before the answer was whole. */
  static final String CONNECTION_CLOSED = "connection_closed";

  /** The connection broke before the answer was whole. */
  static final String CONNECTION_RESET = "connection_reset";

  /** What came was no answer. */
  static final String GARBLED_ANSWER = "garbled_answer";

  private Failure() {}
}
