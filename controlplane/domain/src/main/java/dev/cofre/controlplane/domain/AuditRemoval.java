package dev.cofre.controlplane.domain;

import java.time.Instant;

/**
 * A segment of an archive that retention has removed, or is about to. Immutable.
 *
 * @param archive its id
 * @param log the origin of its heads
 * @param segment its number in the archive
 * @param first the index of its first event
 * @param events how many it held
 * @param lost of how many of these there was no more than the hash
 * @param oldest the time of its oldest event
 * @param newest the time of its newest event
 * @param bytes how much its files took
 * @param sha256 of its file, in hexadecimal
 * @param policy what asked for it
 * @param decided when it was decided
 * @param removed when its files were gone; null: not yet
 * @param statement what the record beside the archive's segments says, to be signed
 */
public record AuditRemoval(
    String archive,
    String log,
    long segment,
    long first,
    long events,
    long lost,
    Instant oldest,
    Instant newest,
    long bytes,
    String sha256,
    String policy,
    Instant decided,
    Instant removed,
    String statement) {}
