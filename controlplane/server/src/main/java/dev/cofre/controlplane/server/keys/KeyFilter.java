package dev.cofre.controlplane.server.keys;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KmsKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which keys of a list are meant: those with all the tags and of the environment. Immutable.
 *
 * @param tags names and values; empty for any
 */
public record KeyFilter(Map<String, String> tags, Optional<Environment> environment)
    implements Predicate<KmsKey> {
  private static final int TAGS_MAX = 16;

  /** Takes a copy. */
  public KeyFilter {
    tags = Map.copyOf(tags);
  }

  /**
   * Reads what a query asks for.
   *
   * @param tags each as {@code name=value}
   * @param environment null for any
   * @throws ProblemException {@code invalid_request}
   */
  public static KeyFilter of(List<String> tags, String environment) {
    Map<String, String> wanted = new HashMap<>();
    for (String tag : tags) {
      String[] parts = tag.split("=", 2);
      if (parts.length < 2 || parts[0].isEmpty() || tags.size() > TAGS_MAX) {
        throw invalid("tag must be name=value, at most " + TAGS_MAX + " times");
      }
      if (wanted.put(parts[0], parts[1]) != null) {
        throw invalid("tag names " + parts[0] + " twice, and a key has one value of it");
      }
    }
    try {
      return new KeyFilter(wanted, Optional.ofNullable(environment).map(Environment::of));
    } catch (IllegalArgumentException e) {
      throw invalid("environment must be one of dev, staging, prod");
    }
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, detail);
  }

  @Override
  public boolean test(KmsKey key) {
    return key.draft().tags().entrySet().containsAll(tags.entrySet())
        && environment.map(key.draft().environment()::equals).orElse(true);
  }
}
