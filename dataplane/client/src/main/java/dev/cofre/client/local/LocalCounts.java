package dev.cofre.client.local;

/**
 * What was done in this process since its start, of which the service's audit log knows the data
 * keys alone.
 *
 * @param sealed envelopes made here
 * @param sealedBytes bytes of their plaintexts
 * @param opened envelopes opened here
 * @param openedBytes bytes of their plaintexts
 * @param refused envelopes that were not valid here
 * @param dataKeysMade data keys that the service made for this client
 * @param dataKeysUnwrapped data keys that the service unwrapped for this client
 * @param askedService envelopes that the service opened, as their data key is its own
 */
public record LocalCounts(
    long sealed,
    long sealedBytes,
    long opened,
    long openedBytes,
    long refused,
    long dataKeysMade,
    long dataKeysUnwrapped,
    long askedService) {}
