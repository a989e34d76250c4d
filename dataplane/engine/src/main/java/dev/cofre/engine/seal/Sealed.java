package dev.cofre.engine.seal;

import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.CompactRange;

/**
 * What is sealed of a chain. Whoever goes on with the tree takes a copy of it.
 *
 * @param head the newest
 * @param tree under it
 */
public record Sealed(SignedHead head, CompactRange tree) {
  /** How many records. */
  public long size() {
    return head.size();
  }
}
