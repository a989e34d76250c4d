package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.PolicyDocument;
import java.time.Instant;

/**
 * What a policy said from one change to the next. Immutable.
 *
 * @param revision of the policy, from 1
 * @param removed whether the change took it away; the document is the last one then
 */
public record PolicyVersion(
    long revision, PolicyDocument document, boolean removed, Instant changedAt, String changedBy) {}
