package dev.cofre.engine.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The statements about one principal and one key that are in force at one time. Not thread-safe.
 */
final class About {
  /** More than one are rare. */
  private static final int STATEMENTS = 2;

  private final long nowMs;
  private final List<CompiledStatement> statements = new ArrayList<>(STATEMENTS);

  /** When another statement comes in force, or one ends. */
  long changesMs = Long.MAX_VALUE;

  About(long nowMs) {
    this.nowMs = nowMs;
  }

  /** Adds those of {@code list}, which name the principal, that select {@code key}. */
  void addSelecting(CompiledStatement[] list, PolicyEvaluator.KeyReference key) {
    for (CompiledStatement statement : list) {
      if (statement.selects(key)) {
        add(statement);
      }
    }
  }

  /** Adds those of {@code list} that name the principal and select {@code key}. */
  void addNaming(
      CompiledStatement[] list, Set<String> references, PolicyEvaluator.KeyReference key) {
    for (CompiledStatement statement : list) {
      if (statement.names(references) && statement.selects(key)) {
        add(statement);
      }
    }
  }

  private void add(CompiledStatement statement) {
    changesMs = Math.min(changesMs, statement.changesAfterMs(nowMs));
    if (statement.isInForce(nowMs)) {
      statements.add(statement);
    }
  }

  /** Whether an action is left that is allowed, be it under a condition. */
  boolean mayBeUsed() {
    int allowed = 0;
    int denied = 0;
    for (CompiledStatement statement : statements) {
      if (statement.isAllow()) {
        allowed |= statement.actions();
      } else if (!statement.isConditional()) {
        denied |= statement.actions();
      }
    }
    return (allowed & ~denied) != 0;
  }

  /** Those that allow {@code action}, be it under a condition; none when one always denies it. */
  List<CompiledStatement> grants(Action action) {
    List<CompiledStatement> grants = new ArrayList<>();
    for (CompiledStatement statement : statements) {
      if (statement.isAbout(action) && statement.isAllow()) {
        grants.add(statement);
      } else if (statement.isAbout(action) && !statement.isConditional()) {
        return List.of();
      }
    }
    return grants;
  }

  /** Whether one of them is about {@code action} at all. */
  boolean speaksOf(Action action) {
    for (CompiledStatement statement : statements) {
      if (statement.isAbout(action)) {
        return true;
      }
    }
    return false;
  }

  /** What they say of {@code action}. */
  Decision decide(Action action, String from) {
    boolean always = false;
    boolean sometimes = false;
    boolean objections = false;
    for (CompiledStatement statement : statements) {
      if (!statement.covers(action, from)) {
        continue;
      }
      if (statement.isConditional()) {
        sometimes |= statement.isAllow();
        objections |= !statement.isAllow();
      } else if (statement.isAllow()) {
        always = true;
      } else {
        return Decision.of(Decision.Outcome.DENIED, changesMs);
      }
    }
    if (!always && !sometimes) {
      return Decision.of(Decision.Outcome.DENIED, changesMs);
    }
    return always && !objections
        ? Decision.of(Decision.Outcome.ALLOWED, changesMs)
        : Decision.conditional(
            changesMs, covering(true, action, from), covering(false, action, from));
  }

  private List<CompiledStatement> covering(boolean allow, Action action, String from) {
    List<CompiledStatement> covering = new ArrayList<>();
    for (CompiledStatement statement : statements) {
      if (statement.covers(action, from) && statement.isAllow() == allow) {
        covering.add(statement);
      }
    }
    return covering;
  }
}
