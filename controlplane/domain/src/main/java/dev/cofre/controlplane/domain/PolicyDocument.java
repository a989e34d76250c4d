package dev.cofre.controlplane.domain;

import java.time.Instant;
import java.util.List;

/**
 * What a policy says, valid in itself; whether the principals and keys exist is not known here.
 * Immutable. docs/POLICY.md describes the language.
 *
 * @param name unique within the tenant
 * @param description for readers; empty when there is none
 * @param notAfter when the whole policy ends by itself; null: it does not
 * @param statements 1 to {@value #STATEMENTS_MAX}
 * @param tests what must be true of the policies with this one among them
 */
public record PolicyDocument(
    String name,
    String description,
    Instant notAfter,
    List<PolicyStatement> statements,
    List<PolicyExpectation> tests) {
  /** The most statements of a policy. */
  public static final int STATEMENTS_MAX = 50;

  /** The most tests of a policy. */
  public static final int TESTS_MAX = 100;

  /** Takes copies. */
  public PolicyDocument {
    statements = List.copyOf(statements);
    tests = List.copyOf(tests);
  }
}
