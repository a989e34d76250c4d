package dev.cofre.client.local;

import java.util.UUID;

/**
 * What was done with a data key in this process while it was held. The service's audit log names
 * the data key by the same {@code dataKeyId} where it handed it out, so that the two together tell
 * each use. A data key that is unwrapped again later has a further such record. It holds no secret.
 * Immutable.
 *
 * @param keyId the KMS key that it belongs to
 * @param keyVersion that key's version, unsigned
 * @param sealed envelopes made
 * @param sealedBytes bytes of their plaintexts
 * @param opened envelopes opened
 * @param openedBytes bytes of their plaintexts
 */
public record DataKeyUse(
    UUID keyId,
    int keyVersion,
    UUID dataKeyId,
    long sealed,
    long sealedBytes,
    long opened,
    long openedBytes) {}
