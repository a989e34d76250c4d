package dev.cofre.controlplane.server.odometer;

/**
 * What an odometer does. Immutable.
 *
 * @param counted records that were counted since the start
 * @param lag archived records that are not counted
 * @param skipped records that could not be read since the start: what they held is not counted
 * @param failures how often a log could not be counted since the start
 * @param isFailing whether one could not for a minute
 */
public record OdometerFigures(
    long counted, long lag, long skipped, long failures, boolean isFailing) {}
