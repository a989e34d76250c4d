package dev.cofre.controlplane.domain.approval;

import java.time.Instant;

/**
 * What one person said to a request.
 *
 * @param approves false for a rejection
 */
public record ApprovalVote(String principal, boolean approves, Instant at) {}
