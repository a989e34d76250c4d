package dev.cofre.controlplane.domain.approval;

import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be changed of a rule. Immutable.
 *
 * @param approvals 1 to {@value #APPROVALS_MAX}
 * @param validity 1 s to 30 days
 */
public record ApprovalRuleDraft(int approvals, Duration validity) {
  static final int APPROVALS_MAX = 10;

  private static final long VALIDITY_MS_MIN = 1_000;
  private static final long VALIDITY_MS_MAX = Duration.ofDays(30).toMillis();
  private static final Set<String> FIELDS = Set.of("approvals", "validityMs");

  /**
   * Reads a document.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static ApprovalRuleDraft read(Map<String, ?> document) {
    List<FieldError> errors = new ArrayList<>();
    long approvals = number(document, "approvals", 1, APPROVALS_MAX, errors);
    long validityMs = number(document, "validityMs", VALIDITY_MS_MIN, VALIDITY_MS_MAX, errors);
    for (String field : new TreeSet<>(document.keySet())) {
      if (!FIELDS.contains(field)) {
        errors.add(new FieldError(field, "is not a known field (there are approvals, validityMs)"));
      }
    }
    if (!errors.isEmpty()) {
      throw new InvalidDocumentException(errors);
    }
    return new ApprovalRuleDraft((int) approvals, Duration.ofMillis(validityMs));
  }

  private static long number(
      Map<String, ?> document, String field, long least, long most, List<FieldError> errors) {
    boolean whole = document.get(field) instanceof Integer || document.get(field) instanceof Long;
    long value = whole ? ((Number) document.get(field)).longValue() : -1;
    if (value < least || value > most) {
      errors.add(new FieldError(field, "must be a whole number from " + least + " to " + most));
    }
    return value;
  }
}
