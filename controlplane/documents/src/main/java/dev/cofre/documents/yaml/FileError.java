package dev.cofre.documents.yaml;

/**
 * Something that is wrong in a file. Immutable.
 *
 * @param field the path within the document, as {@code statements[0].effect}; empty when it is
 *     about the document or the file
 */
public record FileError(Place place, String field, String message) {
  /** {@code file:line: field: message}, in one line. */
  @Override
  public String toString() {
    return place + ": " + (field.isEmpty() ? "" : field + ": ") + message;
  }
}
