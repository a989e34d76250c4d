package dev.cofre.cli;

import dev.cofre.client.CofreException;
import java.io.IOException;
import java.util.stream.Collectors;

/** A failure as exit code and the one line that goes to the standard error. */
record FailureReport(int exitCode, String line) {
  /** Reports {@code failure}; null for one that is a fault of this program. */
  static FailureReport of(Throwable failure) {
    if (failure instanceof CliException known) {
      return new FailureReport(known.exitCode(), known.getMessage());
    }
    if (failure instanceof CofreException remote) {
      return new FailureReport(exitCode(remote.kind()), describe(remote));
    }
    if (failure instanceof IOException) {
      return new FailureReport(
          ExitCodes.LOCAL_IO, "cannot read the input or write the output: " + failure.getMessage());
    }
    return null;
  }

  private static int exitCode(CofreException.Kind kind) {
    return switch (kind) {
      case REFUSED, CUT_SHORT, PROTOCOL -> ExitCodes.FAILED;
      case UNREACHABLE, TIMED_OUT -> ExitCodes.UNREACHABLE;
      case LOCAL, BUSY -> ExitCodes.USAGE;
    };
  }

  private static String describe(CofreException failure) {
    StringBuilder line = new StringBuilder();
    failure.code().ifPresent(code -> line.append(failure.reason()).append(": "));
    line.append(failure.detail());
    if (failure.kind() == CofreException.Kind.UNREACHABLE) {
      line.append("; is the service running? (./cofre dev starts one)");
    }
    String fields =
        failure.fieldErrors().stream()
            .filter(error -> !failure.detail().contains(error.message()))
            .map(error -> error.field() + ": " + error.message())
            .collect(Collectors.joining("; "));
    if (!fields.isEmpty()) {
      line.append(" [").append(fields).append(']');
    }
    failure
        .retryAfterSeconds()
        .ifPresent(s -> line.append(" (try again in ").append(s).append(" s)"));
    failure.requestId().ifPresent(id -> line.append(" (request ").append(id).append(')'));
    return line.toString();
  }
}
