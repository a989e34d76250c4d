package dev.cofre.engine.policy;

import java.util.List;

/**
 * Why a request is allowed or denied. Immutable.
 *
 * @param allowed the decision, the one that a node makes
 * @param seen whether the principal may know of the key; else it is told that there is none
 * @param reason one sentence
 * @param deciding the statement that decided, or null when none did
 * @param findings what each statement says that is about the principal or the key
 */
public record Explanation(
    boolean allowed,
    boolean seen,
    String reason,
    CompiledStatement deciding,
    List<Finding> findings) {

  /**
   * One statement's word.
   *
   * @param unmet why it does not apply; null when it does
   */
  public record Finding(CompiledStatement statement, String unmet) {}
}
