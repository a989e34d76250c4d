package dev.cofre.controlplane.domain;

/**
 * How long and how much a data key of a class encrypts; a node that is set tighter stays tighter.
 *
 * @param secondsMax how long, also how long an unwrapped one is kept and a caller may use one
 * @param messagesMax how many requests
 * @param bytesMax how many plaintext bytes
 */
public record DataKeyLimits(long secondsMax, long messagesMax, long bytesMax) {}
