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
    return Math.max(1, ms(value, header.charAt(digits)));
  }

  private static long ms(long value, char unit) {
    return switch (unit) {
      case 'H' -> TimeUnit.HOURS.toMillis(value);
      case 'M' -> TimeUnit.MINUTES.toMillis(value);
      case 'S' -> TimeUnit.SECONDS.toMillis(value);
      case 'm' -> value;
      case 'u' -> (value + 999) / 1_000;
      case 'n' -> (value + 999_999) / 1_000_000;
      default -> throw malformed();
    };
  }

  private static ProblemException malformed() {
    return new ProblemException(
        ErrorCode.INVALID_REQUEST,
        "grpc-timeout must be one to eight digits and a unit of H, M, S, m, u and n");
  }
}
