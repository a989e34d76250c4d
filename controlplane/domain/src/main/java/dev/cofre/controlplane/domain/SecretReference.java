package dev.cofre.controlplane.domain;

/**
 * What a place of a template is filled with. Immutable.
 *
 * @param name of a secret
 * @param version its number; 0: the current one
 */
public record SecretReference(String name, int version) {}
