package dev.cofre.engine.request;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.snapshot.KeyMetadata;

/**
 * What one snapshot revision says of (principal, action, key). Immutable.
 *
 * @param key the key; null when it is absent or may not be seen
 * @param denial why not, or null
 */
record Permit(KeyMetadata key, ProblemException denial) {}
