package dev.cofre.controlplane.server.archive;

/**
 * How far a walk over the archive came. Immutable.
 *
 * @param isWhole whether it came to the end
 * @param wholeToNs when it did not: all events that are older were given, and of the newer ones
 *     some; nanoseconds since 1970
 * @param unreadable how many records were met that are damaged or hold no event
 */
public record Walked(boolean isWhole, long wholeToNs, long unreadable) {}
