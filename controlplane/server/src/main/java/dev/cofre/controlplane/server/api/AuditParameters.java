package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Reads the parameters of calls that read audit events. Stateless. */
final class AuditParameters {
  private static final int TEXT_MAX = 512;

  private AuditParameters() {}

  /** Refuses a call that has another parameter than these. */
  static void only(Call call, Set<String> parameters) {
    for (String name : call.facts().query().names()) {
      if (!parameters.contains(name)) {
        throw refuse(
            "there is no parameter "
                + name
                + "; use some of "
                + String.join(", ", parameters.stream().sorted().toList()));
      }
    }
  }

  static Optional<String> text(Call call, String name) {
    String text = call.facts().query().get(name);
    if (text != null && (text.isEmpty() || text.length() > TEXT_MAX)) {
      throw refuse(name + " must be 1 to " + TEXT_MAX + " characters");
    }
    return Optional.ofNullable(text);
  }

  /** A time, in nanoseconds since 1970. */
  static long time(Call call, String name, long otherwise) {
    Optional<String> text = text(call, name);
    try {
      return text.isEmpty() ? otherwise : nanos(Instant.parse(text.get()));
    } catch (DateTimeParseException | ArithmeticException e) {
      throw refuse(name + " must be a time as in RFC 3339, in UTC: 2026-01-31T12:00:00Z");
    }
  }

  /**
   * {@code time} in nanoseconds since 1970.
   *
   * @throws ArithmeticException when it is centuries away
   */
  static long nanos(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), TimeUnit.SECONDS.toNanos(1)), time.getNano());
  }

  static ProblemException refuse(String why) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, why);
  }
}
