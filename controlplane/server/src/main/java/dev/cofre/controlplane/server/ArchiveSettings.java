package dev.cofre.controlplane.server;

import dev.cofre.controlplane.server.sink.SinkSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the archive of audit logs is, and where its events go on to. Immutable.
 *
 * @param directory its folder
 * @param archivedBytesMax how long the own log is from which on archived files of it are deleted
 * @param sinks what gets its events
 */
record ArchiveSettings(Path directory, long archivedBytesMax, List<SinkSettings> sinks) {}
