package dev.cofre.controlplane.domain;

import java.util.UUID;

/**
 * What was encrypted under one version of a key, to be added to what is known. Immutable.
 *
 * @param messages plaintexts that were encrypted
 * @param bytes of these plaintexts
 * @param dataKeys data keys that were wrapped and used, or handed out
 * @param recent the same three, each weighted by how long ago it was when it is added
 */
public record VersionAmount(
    UUID keyId, int version, long messages, long bytes, long dataKeys, RecentUse recent) {}
