package dev.cofre.controlplane.server.policy;

import dev.cofre.controlplane.domain.Effect;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.Policy;
import dev.cofre.controlplane.domain.PolicyExpectation;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.policy.Explanation;
import java.util.ArrayList;
import java.util.List;

/** Runs the tests that a policy carries, as if it were in force. Stateless. */
public final class PolicyTests {
  private PolicyTests() {}

  /**
   * Refuses {@code policy} when a test of it fails.
   *
   * @throws InvalidDocumentException naming the tests that fail, each with the decision and reason
   */
  static void require(Transaction tx, Policy policy) {
    List<FieldError> failures =
        failures(AccessCheck.of(tx.live(), policy.tenant(), tx.now()).with(policy), policy);
    if (!failures.isEmpty()) {
      throw new InvalidDocumentException(failures);
    }
  }

  /** What fails of the tests of {@code policy}, which {@code check} has in force. */
  public static List<FieldError> failures(AccessCheck check, Policy policy) {
    List<FieldError> failures = new ArrayList<>();
    List<PolicyExpectation> tests = policy.document().tests();
    for (int i = 0; i < tests.size(); i++) {
      String field = "tests[" + i + "]";
      try {
        Explanation explanation = check.explain(tests.get(i).question());
        boolean expected = tests.get(i).effect() == Effect.ALLOW;
        if (explanation.allowed() != expected) {
          failures.add(
              new FieldError(
                  field,
                  "expects "
                      + tests.get(i).effect().wireName()
                      + ", but it is "
                      + (explanation.allowed() ? "allowed: " : "denied: ")
                      + explanation.reason()));
        }
      } catch (InvalidDocumentException e) {
        e.errors()
            .forEach(
                error ->
                    failures.add(new FieldError(field + "." + error.field(), error.message())));
      }
    }
    return failures;
  }
}
