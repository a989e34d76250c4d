package dev.cofre.documents.yaml;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong in files, the first {@value #KEPT_MAX} of it. Not thread-safe. */
public final class FileErrors {
  private static final int KEPT_MAX = 200;

  private final List<FileError> errors = new ArrayList<>();
  private int more;

  /** Nothing is wrong yet. */
  public FileErrors() {}

  /** Notes that {@code message} is true of {@code field}. */
  public void add(Place place, String field, String message) {
    if (errors.size() < KEPT_MAX) {
      errors.add(new FileError(place, field, message));
    } else {
      more++;
    }
  }

  /** How many were added. */
  public int count() {
    return errors.size() + more;
  }

  /** Whether nothing is wrong. */
  public boolean isEmpty() {
    return errors.isEmpty();
  }

  /** Those that were kept, in the order of their finding. */
  public List<FileError> list() {
    return List.copyOf(errors);
  }

  /** A line for each, in the order of their finding, and one for those that were not kept. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>(errors.stream().map(FileError::toString).toList());
    if (more > 0) {
      lines.add("and " + more + " more");
    }
    return lines;
  }
}
