package dev.cofre.controlplane.domain;

/**
 * One field of a document that is wrong or missing.
 *
 * @param field its name
 * @param message what it must be, to be read after the name
 */
public record FieldError(String field, String message) {}
