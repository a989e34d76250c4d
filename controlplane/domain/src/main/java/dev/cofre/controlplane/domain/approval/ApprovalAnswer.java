package dev.cofre.controlplane.domain.approval;

/**
 * What the control plane answered when an approved request ran.
 *
 * @param entityTag null when there is none
 * @param body JSON; null when there is none
 */
public record ApprovalAnswer(int status, String entityTag, String body) {}
