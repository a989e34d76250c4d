package dev.cofre.engine.policy;

import java.util.Arrays;
import java.util.List;

/**
 * What the policies of one revision say of (principal, action, key). Immutable and thread-safe;
 * good until {@link #validUntilMs()}, when a temporary grant begins or ends.
 */
public final class Decision {
  /** What was decided. */
  public enum Outcome {
    /** The principal may not even know of the key. */
    UNSEEN,
    /** No statement allows it, or one denies it. */
    DENIED,
    /** Allowed, whatever the request. */
    ALLOWED,
    /** {@link Decision#allows} decides on the request. */
    CONDITIONAL
  }

  private final Outcome outcome;
  private final long validUntilMs;
  private final CompiledStatement[] allows;
  private final CompiledStatement[] denies;

  private Decision(
      Outcome outcome, long validUntilMs, CompiledStatement[] allows, CompiledStatement[] denies) {
    this.outcome = outcome;
    this.validUntilMs = validUntilMs;
    this.allows = allows;
    this.denies = denies;
  }

  static Decision of(Outcome outcome, long validUntilMs) {
    return new Decision(outcome, validUntilMs, null, null);
  }

  /** Allowed when one of {@code allows} holds and none of {@code denies} does. */
  static Decision conditional(
      long validUntilMs, List<CompiledStatement> allows, List<CompiledStatement> denies) {
    return new Decision(
        Outcome.CONDITIONAL,
        validUntilMs,
        allows.toArray(CompiledStatement[]::new),
        denies.toArray(CompiledStatement[]::new));
  }

  /** What was decided. */
  public Outcome outcome() {
    return outcome;
  }

  /** From when on it must be decided anew, UTC milliseconds. */
  public long validUntilMs() {
    return validUntilMs;
  }

  /**
   * The statement by which a request with {@code facts} is allowed, or null. For {@link
   * Outcome#CONDITIONAL} alone. Makes no garbage.
   */
  public CompiledStatement allowing(Facts facts) {
    for (CompiledStatement deny : denies) {
      if (deny.holds(facts)) {
        return null;
      }
    }
    for (CompiledStatement allow : allows) {
      if (allow.holds(facts)) {
        return allow;
      }
    }
    return null;
  }

  /**
   * The {@code number}th statement, from 0, by which a request with {@code facts} is allowed; null
   * when there are not so many. For {@link Outcome#CONDITIONAL} alone. Makes no garbage.
   */
  public CompiledStatement allowing(Facts facts, int number) {
    if (number == 0) {
      return allowing(facts);
    }
    int left = number;
    for (CompiledStatement allow : allows) {
      if (allow.holds(facts) && left-- == 0) {
        return allow;
      }
    }
    return null;
  }

  /** Whether a request with {@code facts} is allowed. Makes no garbage. */
  public boolean allows(Facts facts) {
    return outcome == Outcome.ALLOWED
        || (outcome == Outcome.CONDITIONAL && allowing(facts) != null);
  }

  /** Whether a request of the past would be allowed, as far as what is known of it tells. */
  public Truth truth(PastFacts past) {
    if (outcome != Outcome.CONDITIONAL) {
      return Truth.of(outcome == Outcome.ALLOWED);
    }
    Truth denied = Truth.FALSE;
    for (CompiledStatement deny : denies) {
      denied = denied.or(deny.truth(past));
    }
    Truth allowed = Truth.FALSE;
    for (CompiledStatement allow : allows) {
      allowed = allowed.or(allow.truth(past));
    }
    return allowed.and(denied.not());
  }

  /** Whether {@code other} was made of the very same statements, so that both always agree. */
  public boolean isSameAs(Decision other) {
    return outcome == other.outcome
        && Arrays.equals(allows, other.allows)
        && Arrays.equals(denies, other.denies);
  }
}
