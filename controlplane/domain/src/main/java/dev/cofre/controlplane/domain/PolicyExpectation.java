package dev.cofre.controlplane.domain;

/**
 * A policy's test: what must be the answer to a question once the policy is in force. Immutable.
 *
 * @param effect whether it must be allowed or denied
 */
public record PolicyExpectation(AccessQuestion question, Effect effect) {}
