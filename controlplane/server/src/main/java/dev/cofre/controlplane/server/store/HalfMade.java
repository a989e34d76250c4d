package dev.cofre.controlplane.server.store;

import java.util.UUID;

/**
 * A key version whose KEK may or may not be in the HSM yet, and of which nobody was told.
 *
 * @param number of the version
 * @param kekLabel the label its KEK has or will have
 */
public record HalfMade(UUID keyId, int number, String kekLabel) {}
