package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom a KEK is to be exported to. Immutable.
 *
 * @param recipient the recipient's public key, PEM, not looked at yet
 * @param algorithm the way of wrapping by its name; empty when the service chooses
 */
public record ExportDraft(String recipient, Optional<String> algorithm) {
  /** The name of the field that {@code recipient} stands in. */
  public static final String RECIPIENT = "recipientPublicKey";

  private static final int PEM_MAX = 2_048;

  /**
   * Reads the document.
   *
   * @param algorithms the names of the ways of wrapping that an export may have
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static ExportDraft read(Map<String, ?> document, List<String> algorithms) {
    DocumentFields fields = new DocumentFields(document);
    fields.mayHave(RECIPIENT);
    Object recipient = document.get(RECIPIENT);
    if (!(recipient instanceof String pem) || pem.length() > PEM_MAX) {
      fields.wrong(RECIPIENT, "must be a public key as PEM, at most " + PEM_MAX + " characters");
    }
    Optional<String> algorithm = ImportDraft.algorithm(fields, algorithms);
    fields.end();
    return new ExportDraft((String) recipient, algorithm);
  }
}
