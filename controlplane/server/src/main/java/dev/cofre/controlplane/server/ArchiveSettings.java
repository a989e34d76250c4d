package dev.cofre.controlplane.server;

import dev.cofre.controlplane.server.sink.SinkSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where the archive of audit logs is, and where its events go on to. Immutable.
 *
 * @param directory its folder
 * @param archivedBytesMax how long the own log is from which on archived files of it are deleted
 * @param sinks what gets its events
 * @param retentionDaysMin how few days retention may be set to
 * @param retentionPeriod after how long it is looked again for what is to be removed
 */
record ArchiveSettings(
    Path directory,
    long archivedBytesMax,
    List<SinkSettings> sinks,
    int retentionDaysMin,
    Duration retentionPeriod) {}
