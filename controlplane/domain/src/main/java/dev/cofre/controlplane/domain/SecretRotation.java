package dev.cofre.controlplane.domain;

import java.util.Map;

/**
 * How a secret is renewed, or why it is not. Immutable.
 *
 * @param days after how many days a new value is due; 0 when it is not renewed
 * @param noneReason why it is not renewed; empty when it is
 */
public record SecretRotation(int days, String noneReason) {
  private static final int DAYS_MAX = 3_650;
  private static final int REASON_MAX = 256;

  /** Reads the object {@code field}; null, and noted as wrong, when it is not one of the two. */
  static SecretRotation read(DocumentFields fields, String field) {
    DocumentFields plan = fields.object(field);
    if (plan == null) {
      fields.wrong(field, "must be {\"days\": N}, or {\"none\": \"why it is not renewed\"}");
      return null;
    }
    int days = (int) plan.count("days", DAYS_MAX);
    String reason = plan.has("none") ? plan.printable("none", REASON_MAX) : "";
    plan.mayHave("none");
    if (plan.has("days") == plan.has("none")) {
      fields.wrong(field, "must have one of days and none");
    }
    plan.endNested();
    return new SecretRotation(days, reason == null ? "" : reason);
  }

  /** As it stands in documents. */
  public Map<String, Object> document() {
    return days > 0 ? Map.of("days", days) : Map.of("none", noneReason);
  }
}
