package dev.cofre.controlplane.server;

import java.nio.file.Path;

/**
 * Where the archive of audit logs is. Immutable.
 *
 * @param directory its folder
 * @param archivedBytesMax how long the own log is from which on archived files of it are deleted
 */
record ArchiveSettings(Path directory, long archivedBytesMax) {}
