package dev.cofre.controlplane.domain;

import java.util.List;
import java.util.stream.Collectors;

/** A document with wrong or missing fields: it names all of them. Carries no stack trace. */
public final class InvalidDocumentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<FieldError> errors;

  /** Refuses a document for {@code errors}, of which there is at least one. */
  public InvalidDocumentException(List<FieldError> errors) {
    super(
        errors.stream()
            .map(error -> error.field() + " " + error.message())
            .collect(Collectors.joining("; ")),
        null,
        false,
        false);
    this.errors = List.copyOf(errors);
  }

  /** All that is wrong. */
  public List<FieldError> errors() {
    return errors;
  }
}
