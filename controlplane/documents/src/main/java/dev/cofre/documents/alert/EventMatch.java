package dev.cofre.documents.alert;

import dev.cofre.contract.audit.AuditEvent;
import java.util.List;
import java.util.Map;

/**
 * Which events a rule is about: those that have, of each field that is named, one of its values. A
 * value that ends with {@code *} stands for all that begin with what is before. Immutable.
 */
public record EventMatch(Map<EventField, List<String>> values) {
  /** Takes a copy. */
  public EventMatch {
    values = Map.copyOf(values);
  }

  /** Whether it is about {@code event}. */
  boolean matches(AuditEvent event) {
    for (Map.Entry<EventField, List<String>> field : values.entrySet()) {
      if (!isOneOf(field.getKey().of(event), field.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOneOf(String value, List<String> selections) {
    for (String selection : selections) {
      boolean found =
          selection.endsWith("*")
              ? value.startsWith(selection.substring(0, selection.length() - 1))
              : value.equals(selection);
      if (found) {
        return true;
      }
    }
    return false;
  }
}
