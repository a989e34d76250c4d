package dev.cofre.client.credentials;

import dev.cofre.client.CofreException;
import dev.cofre.contract.problem.ErrorCode;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What answers to requests for credentials mean. Stateless. */
public final class Issuing {
  private static final Pattern MADE =
      Pattern.compile("made the lease ([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}),");

  private Issuing() {}

  /** A key that tells a repetition from another request. */
  public static String freshKey() {
    return UUID.randomUUID().toString();
  }

  /** Whether the request may have been carried out though {@code failure} came instead. */
  public static boolean isOpen(CofreException failure) {
    return switch (failure.kind()) {
      case TIMED_OUT, CUT_SHORT, PROTOCOL, UNREACHABLE -> true;
      case REFUSED ->
          failure.status() >= 500
              || failure.code().filter(ErrorCode.REQUEST_IN_PROGRESS::equals).isPresent();
      case LOCAL, BUSY -> false;
    };
  }

  /** Whether the control plane says that what is asked for is not there, or not the caller's. */
  public static boolean isLost(CofreException failure) {
    return failure.kind() == CofreException.Kind.REFUSED
        && (failure.status() == 403 || failure.status() == 404 || failure.status() == 409)
        && !isOpen(failure);
  }

  /** The lease that the first request with the same key has made, as the refusal names it. */
  public static Optional<String> madeBefore(CofreException failure) {
    if (failure.code().filter(ErrorCode.CONFLICT::equals).isEmpty()) {
      return Optional.empty();
    }
    Matcher made = MADE.matcher(failure.detail());
    return made.find() ? Optional.of(made.group(1)) : Optional.empty();
  }
}
