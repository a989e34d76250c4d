package dev.cofre.controlplane.domain;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is asked for when a principal is made or changed. Immutable.
 *
 * @param roles its own; groups may add to them
 */
public record PrincipalDraft(String id, Set<Role> roles) {
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,127}");

  /** Takes a copy. */
  public PrincipalDraft {
    roles = Set.copyOf(roles);
  }

  /**
   * Reads the document of a principal.
   *
   * @param id of the one to be changed; null when one is to be made, and the document names it
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static PrincipalDraft read(Map<String, ?> document, String id) {
    DocumentFields fields = new DocumentFields(document);
    String read =
        fields.matching(
            "id", id, ID, "1 to 128 of a-z, 0-9 and '._@-', beginning with a letter or digit");
    if (id != null && !id.equals(read)) {
      fields.wrong("id", "cannot be changed");
    }
    PrincipalDraft draft =
        new PrincipalDraft(
            read, RolesReader.read(fields, fields.texts("roles", Role.values().length)));
    fields.end();
    return draft;
  }
}
