package dev.cofre.cli.code;

import dev.cofre.documents.yaml.FileErrors;
import java.util.List;

/** Files that cannot be applied, with everything that is wrong. Carries no stack trace. */
public final class InvalidFilesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> lines;

  InvalidFilesException(FileErrors errors) {
    super(errors.count() + " errors in the files", null, false, false);
    this.lines = errors.lines();
  }

  /** A line for each error: {@code file:line: field: message}. */
  public List<String> lines() {
    return lines;
  }
}
