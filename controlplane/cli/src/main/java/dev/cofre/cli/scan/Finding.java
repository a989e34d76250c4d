package dev.cofre.cli.scan;

/**
 * Something secret that was found, without what it is. Immutable.
 *
 * @param kind {@code token} or {@code value}
 * @param id names it for the list of what is allowed: {@code token:DIGEST}, {@code secret:NAME}
 * @param masked what may be shown of it
 * @param file where, beneath the folder that was searched
 * @param line counted from 1
 * @param commit that brought it; null when it is in a file
 */
public record Finding(
    String kind, String id, String masked, String file, int line, String commit) {}
