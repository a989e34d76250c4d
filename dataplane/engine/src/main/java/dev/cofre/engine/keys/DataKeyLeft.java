package dev.cofre.engine.keys;

import java.util.UUID;

/**
 * What is left of a data key that encrypts, before the smaller of the node's limits and its
 * class's. Immutable.
 *
 * @param keyId the KMS key whose data key it is
 * @param keyVersion the version that wrapped it
 * @param requests how many more it encrypts
 * @param bytes how many more plaintext bytes it encrypts
 * @param ms how much longer it encrypts
 * @param usedShare of the limit of requests or bytes that comes first, from 0 on; not of the time,
 *     which says nothing of how much was encrypted
 */
public record DataKeyLeft(
    UUID keyId, int keyVersion, long requests, long bytes, long ms, double usedShare) {}
