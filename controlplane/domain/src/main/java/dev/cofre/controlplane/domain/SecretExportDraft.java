package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Map;

/**
 * Which secrets are to leave, and to whom. Immutable.
 *
 * @param names 1 to {@value #NAMES_MAX}, each once
 * @param recipient the recipient's public key, PEM, not looked at yet
 */
public record SecretExportDraft(List<String> names, String recipient) {
  /** The most secrets of one export. */
  public static final int NAMES_MAX = 100;

  /** The name of the field that {@code recipient} stands in. */
  public static final String RECIPIENT = ExportDraft.RECIPIENT;

  private static final int PEM_MAX = 2_048;

  /** Takes a copy of {@code names}. */
  public SecretExportDraft {
    names = List.copyOf(names);
  }

  /**
   * Reads the document.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static SecretExportDraft read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    List<String> names = fields.texts("names", NAMES_MAX);
    fields.mayHave(RECIPIENT);
    Object recipient = document.get(RECIPIENT);
    if (!(recipient instanceof String pem) || pem.length() > PEM_MAX) {
      fields.wrong(RECIPIENT, "must be a public key as PEM, at most " + PEM_MAX + " characters");
    }
    fields.end();
    return new SecretExportDraft(names, (String) recipient);
  }
}
