package dev.cofre.contract.audit.seal;

import java.util.List;
import java.util.Optional;

/**
 * What the verification of one chain of a log found. Immutable.
 *
 * @param chain which
 * @param first the index of the first record that is there
 * @param records how many were checked
 * @param unsealed how many of them no head covers yet
 * @param head the newest head that is signed by the key
 * @param findings the first ones of what is wrong
 * @param findingsTotal how many there are in all
 * @param removed what retention removed from its beginning, by signed records
 * @param notes what else is to be known, and is no finding
 */
public record ChainReport(
    String chain,
    long first,
    long records,
    long unsealed,
    Optional<SignedHead> head,
    List<Finding> findings,
    long findingsTotal,
    Optional<Removed> removed,
    List<String> notes) {
  /** Takes copies. */
  public ChainReport {
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }

  /** Whether all is as it was sealed. */
  public boolean isIntact() {
    return findingsTotal == 0;
  }
}
