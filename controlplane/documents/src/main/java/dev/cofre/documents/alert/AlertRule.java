package dev.cofre.documents.alert;

import dev.cofre.documents.yaml.Place;
import java.util.List;
import java.util.Locale;

/**
 * A rule of alerts, as its document says. Immutable.
 *
 * @param name unique among all rules
 * @param description what it means, and what to do
 * @param isEnabled whether it is evaluated
 * @param match which events it is about
 * @param trigger when it fires
 * @param quietS for how long the same alert is not sent again
 * @param tests what its document claims of it
 * @param place where it stands
 */
public record AlertRule(
    String name,
    String description,
    Severity severity,
    boolean isEnabled,
    EventMatch match,
    Trigger trigger,
    long quietS,
    List<RuleTest> tests,
    Place place) {
  /** Takes a copy. */
  public AlertRule {
    tests = List.copyOf(tests);
  }

  /** How bad it is, the least first. */
  public enum Severity {
    /** To know. */
    INFO,
    /** To look at today. */
    WARNING,
    /** To look at now. */
    CRITICAL;

    /** As it stands in rules. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** By what stands in rules. */
    public static Severity parse(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }
}
