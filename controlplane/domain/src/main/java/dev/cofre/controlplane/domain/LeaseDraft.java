package dev.cofre.controlplane.domain;

import java.time.Duration;
import java.util.Map;

/**
 * What is asked for when a credential is wanted, or a longer life for one. Immutable.
 *
 * @param engine an engine's name; null when a life is prolonged
 * @param role a name; null when a life is prolonged
 * @param ttl how long; null: as its role has it
 */
public record LeaseDraft(String engine, String role, Duration ttl) {
  /**
   * Reads what is asked for.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static LeaseDraft issue(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    LeaseDraft draft =
        new LeaseDraft(
            fields.matching("engine", null, SecretEngineDraft.NAME, "an engine's name"),
            fields.matching("role", null, SecretEngineDraft.NAME, "a role's name"),
            ttl(fields));
    fields.end();
    return draft;
  }

  /** The same for how long a lease is to live from now on. */
  public static Duration renewal(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    Duration ttl = ttl(fields);
    fields.end();
    return ttl;
  }

  private static Duration ttl(DocumentFields fields) {
    if (!fields.has("ttlSeconds")) {
      fields.mayHave("ttlSeconds");
      return null;
    }
    long least = DynamicRoleDraft.TTL_S_MIN;
    return Duration.ofSeconds(
        fields.number("ttlSeconds", least, least, DynamicRoleDraft.TTL_S_MAX));
  }

  /**
   * Which leases are meant; what is null selects nothing in particular.
   *
   * @param dryRun whether they are only counted
   */
  public record Selection(String engine, String role, String principal, boolean dryRun) {
    /**
     * Reads which leases are to end: of an engine, or one role of it, or a principal, or both.
     *
     * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
     */
    public static Selection read(Map<String, ?> document) {
      DocumentFields fields = new DocumentFields(document);
      Selection selection =
          new Selection(
              fields.optionalText("engine"),
              fields.optionalText("role"),
              fields.optionalText("principal"),
              fields.flag("dryRun"));
      if (selection.engine == null && selection.principal == null) {
        fields.wrong("engine", "is missing; name an engine, a principal, or both");
      }
      if (selection.role != null && selection.engine == null) {
        fields.wrong("role", "needs engine, whose role it is");
      }
      fields.end();
      return selection;
    }
  }
}
