package dev.cofre.controlplane.server.archive;

/**
 * What an archive holds. Immutable.
 *
 * @param logs chains of nodes
 * @param segments files of records
 * @param events records, voids included
 * @param bytes of all files, about
 */
public record ArchiveFigures(long logs, long segments, long events, long bytes) {}
