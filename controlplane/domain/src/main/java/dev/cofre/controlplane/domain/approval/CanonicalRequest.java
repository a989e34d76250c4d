package dev.cofre.controlplane.domain.approval;

/**
 * A request as it was sent, all of it that has an effect. The body's array is not to be changed.
 *
 * @param path as sent, percent-encoded
 * @param query its parameters in the order of their names, percent-encoded; empty when there are
 *     none
 * @param ifMatch empty when there was none
 */
public record CanonicalRequest(
    String method, String path, String query, String ifMatch, byte[] body) {}
