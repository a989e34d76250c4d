package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Map;

/**
 * Which secrets are to be read together. Immutable.
 *
 * @param names none when it is a group
 * @param group whose secrets are read; null when there are names
 * @param resolve whether templates are filled with what they refer to
 */
public record SecretReadDraft(List<String> names, String group, boolean resolve) {
  /** The most names. */
  public static final int NAMES_MAX = 100;

  /** Takes a copy. */
  public SecretReadDraft {
    names = List.copyOf(names);
  }

  /**
   * Reads the document.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static SecretReadDraft read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    String group = fields.optionalText("group");
    List<String> names = List.of();
    if (group == null) {
      names = fields.texts("names", NAMES_MAX);
    } else if (fields.has("names")) {
      fields.wrong("names", "cannot stand beside group");
    }
    fields.mayHave("names");
    SecretReadDraft draft = new SecretReadDraft(names, group, fields.flag("resolve"));
    fields.end();
    return draft;
  }
}
