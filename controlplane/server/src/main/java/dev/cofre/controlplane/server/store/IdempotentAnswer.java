package dev.cofre.controlplane.server.store;

/**
 * The answer to a request with an Idempotency-Key.
 *
 * @param requestDigest SHA-256 of what was asked
 * @param status 0 while the request is being worked on
 * @param entityTag null when there is none
 * @param body null when there is none
 */
public record IdempotentAnswer(byte[] requestDigest, int status, String entityTag, String body) {}
