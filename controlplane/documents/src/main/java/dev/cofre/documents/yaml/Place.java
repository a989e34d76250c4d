package dev.cofre.documents.yaml;

/**
 * Where something stands in a file. Immutable.
 *
 * @param line counted from 1
 */
public record Place(String file, int line) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
