package dev.cofre.loadtest.slo;

/**
 * One thing that must hold. Immutable.
 *
 * @param asked what must hold, for people
 * @param measured what was seen, for people
 * @param limit as a number
 * @param value as a number; NaN when it was not measured
 */
public record Check(
    String name, String asked, String measured, double limit, double value, boolean holds) {}
