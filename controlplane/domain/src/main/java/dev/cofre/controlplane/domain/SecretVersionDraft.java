package dev.cofre.controlplane.domain;

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

  static final String TEMPLATE = "template";

  private SecretVersionDraft() {}

  /**
   * Whether the value that comes with {@code document} is a template; read elsewhere for errors.
   */
  public static boolean isTemplate(Map<String, ?> document) {
    return Boolean.TRUE.equals(document.get(TEMPLATE));
  }

  /**
   * Reads what a new value is to follow, from the document without the value.
   *
   * @return the version that must be the newest one; 0: any
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static int expectedVersion(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    fields.mayHave("value");
    fields.flag(TEMPLATE);
    int expected = (int) fields.count("expectedVersion", NUMBER_MAX);
    fields.end();
    return expected;
  }

  /**
   * Which versions are meant.
   *
   * @param numbers empty: all of them
   * @param force whether they are also taken away from templates that refer to them
   */
  public record Meant(SortedSet<Integer> numbers, boolean force) {}

  /**
   * Reads which versions are to be taken away.
   *
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static Meant meant(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    boolean force = fields.flag("force");
    return new Meant(versions(fields, document), force);
  }

  /**
   * Reads which versions are to be brought back.
   *
   * @return their numbers; empty: all of them
   * @throws InvalidDocumentException naming every field that is wrong or unknown
   */
  public static SortedSet<Integer> versions(Map<String, ?> document) {
    return versions(new DocumentFields(document), document);
  }

  private static SortedSet<Integer> versions(DocumentFields fields, Map<String, ?> document) {
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
}
