package dev.cofre.engine.policy;

import java.util.Optional;
import java.util.Set;

/**
 * What is known of a request that was made once. Immutable; the bytes must not be written to.
 *
 * @param facts all but its context, which is not looked at
 * @param contextKeys the keys of its context, whose values are not known; empty: not even those
 */
public record PastFacts(Facts facts, Optional<Set<String>> contextKeys) {
  /** Takes a copy. */
  public PastFacts {
    contextKeys = contextKeys.map(Set::copyOf);
  }
}
