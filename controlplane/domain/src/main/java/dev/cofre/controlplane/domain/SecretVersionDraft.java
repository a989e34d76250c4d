package dev.cofre.controlplane.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** The documents about versions of a secret. Stateless. */
public final class SecretVersionDraft {
  /** The most versions of a secret that are written by people. */
  public static final int VERSIONS_MAX = 1_000;

  /** The most versions of a secret that are kept of those that rotations wrote. */
  public static final int ROTATED_MAX = 100;

  /** The highest number of a version: those that rotations wrote are numbered on, and not kept. */
  public static final int NUMBER_MAX = 999_999_999;

  private SecretVersionDraft() {}

  /**
   * Reads what a new value is to follow, from the document without the value.
   *
   * @return the version that must be the newest one; 0: any
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static int expectedVersion(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    fields.mayHave("value");
    int expected = (int) fields.count("expectedVersion", NUMBER_MAX);
    fields.end();
    return expected;
  }

  /**
   * Reads which versions are meant.
   *
   * @return their numbers; empty: all of them
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static SortedSet<Integer> versions(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    fields.mayHave("versions");
    SortedSet<Integer> numbers = new TreeSet<>();
    if (fields.has("versions")) {
      boolean right =
          document.get("versions") instanceof List<?> list
              && !list.isEmpty()
              && list.size() <= VERSIONS_MAX
              && list.stream().allMatch(item -> add(numbers, item));
      if (!right) {
        fields.wrong("versions", "must be a list of 1 to " + VERSIONS_MAX + " version numbers");
      }
    }
    fields.end();
    return numbers;
  }

  private static boolean add(SortedSet<Integer> numbers, Object item) {
    if (item instanceof Integer number && number > 0) {
      numbers.add(number);
      return true;
    }
    return false;
  }

  /**
   * Reads the names of secrets to be read together.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static List<String> names(Map<String, ?> document, int namesMax) {
    DocumentFields fields = new DocumentFields(document);
    List<String> names = new ArrayList<>(fields.texts("names", namesMax));
    fields.end();
    return names;
  }
}
