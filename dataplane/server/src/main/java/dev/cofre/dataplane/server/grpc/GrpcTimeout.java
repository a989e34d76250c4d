package dev.cofre.dataplane.server.grpc;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.util.concurrent.TimeUnit;

/** The header {@code grpc-timeout}: one to eight digits and a unit. */
final class GrpcTimeout {
  private static final int DIGITS_MAX = 8;

  private GrpcTimeout() {}

  /**
   * In milliseconds, rounded up, at least 1.
   *
   * @throws ProblemException {@code invalid_request} when {@code header} is none
   */
  static long parseMs(String header) {
    int digits = header.length() - 1;
    if (digits < 1 || digits > DIGITS_MAX) {
      throw malformed();
    }
    long value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = header.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw malformed();
      }
      value = 10 * value + digit;
    }
    long ns = unit(header.charAt(digits)).toNanos(value);
    return Math.max(1, ns / 1_000_000 + (ns % 1_000_000 == 0 ? 0 : 1));
  }

  private static TimeUnit unit(char unit) {
    return switch (unit) {
      case 'H' -> TimeUnit.HOURS;
      case 'M' -> TimeUnit.MINUTES;
      case 'S' -> TimeUnit.SECONDS;
      case 'm' -> TimeUnit.MILLISECONDS;
      case 'u' -> TimeUnit.MICROSECONDS;
      case 'n' -> TimeUnit.NANOSECONDS;
      default -> throw malformed();
    };
  }

  private static ProblemException malformed() {
    return new ProblemException(
        ErrorCode.INVALID_REQUEST,
        "grpc-timeout must be one to eight digits and a unit of H, M, S, m, u and n");
  }
}
