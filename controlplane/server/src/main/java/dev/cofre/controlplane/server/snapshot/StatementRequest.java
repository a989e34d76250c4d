package dev.cofre.controlplane.server.snapshot;

/**
 * What a node asks for: what changed since a revision that it names by its digest.
 *
 * @param epoch of the node's state; 0 when it has none
 * @param from the revision of the node's state; 0 when it has none
 * @param digest of the chain at {@code from}; empty when the node has none
 * @param nonce to be signed with the answer
 * @param waitMs how long the answer may be held while nothing has changed
 */
public record StatementRequest(long epoch, long from, byte[] digest, byte[] nonce, long waitMs) {}
