package dev.cofre.controlplane.server.sink;

/**
 * What a sink did, and how late it is. Immutable.
 *
 * @param events sent since the start, those that were sent again included
 * @param failures attempts that failed since the start
 * @param lagEvents archived records that the receiver does not have
 * @param lagMs since it had all, milliseconds
 * @param isWorking whether the last attempt succeeded
 * @param skipped records that could not be read as events since the start
 */
record SinkFigures(
    long events, long failures, long lagEvents, long lagMs, boolean isWorking, long skipped) {}
