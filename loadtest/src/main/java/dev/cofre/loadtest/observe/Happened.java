package dev.cofre.loadtest.observe;

/**
 * An event as it went. Immutable.
 *
 * @param atSeconds when it began, from the start of the measured part
 * @param tookSeconds until it was done
 * @param failure why it was not done; null when it was
 */
public record Happened(double atSeconds, double tookSeconds, String name, String failure) {}
