package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is asked for when an import is prepared. Immutable.
 *
 * @param bits of the RSA pair
 * @param algorithm the way of wrapping by its name; empty when the service chooses
 */
public record ImportDraft(int bits, Optional<String> algorithm) {
  private static final String CHOSEN = "";

  /**
   * Reads the document.
   *
   * @param algorithms the names of all ways of wrapping
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static ImportDraft read(Map<String, ?> document, List<String> algorithms) {
    DocumentFields fields = new DocumentFields(document);
    long bits = fields.number("wrappingKeyBits", 3_072, 3_072, 4_096);
    if (bits != 3_072 && bits != 4_096) {
      fields.wrong("wrappingKeyBits", "must be 3072 or 4096");
    }
    Optional<String> algorithm = algorithm(fields, algorithms);
    fields.end();
    return new ImportDraft((int) bits, algorithm);
  }

  /** The wrapping that a document asks for, one of {@code names}. */
  static Optional<String> algorithm(DocumentFields fields, List<String> names) {
    return fields.has("wrappingAlgorithm")
        ? Optional.ofNullable(fields.oneOf("wrappingAlgorithm", CHOSEN, names, name -> name))
        : Optional.empty();
  }
}
