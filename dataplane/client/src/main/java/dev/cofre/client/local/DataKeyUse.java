package dev.cofre.client.local;

import java.util.UUID;

/**
 * What was done with a data key in this process while it was held. The service's audit log names
 * the data key by the same {@code dataKeyId} where it handed it out: it tells who could use the
 * data key, this what a process did with it. A data key that is unwrapped again later has a further
 * such record. A process that is killed, or ends without closing its client, tells nothing of what
 * it holds then, so the sum of these is a lower bound. It holds no secret. Immutable.
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
