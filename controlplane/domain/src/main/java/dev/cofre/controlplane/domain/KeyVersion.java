package dev.cofre.controlplane.domain;

import java.time.Instant;

/**
 * One version of a key: one KEK.
 *
 * @param number from 1
 * @param protection where its KEK lives
 * @param kekLabel the label of its token object
 */
public record KeyVersion(
    int number, Protection protection, String kekLabel, Instant createdAt, String createdBy) {}
