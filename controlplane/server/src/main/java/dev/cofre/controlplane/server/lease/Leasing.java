package dev.cofre.controlplane.server.lease;

import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.SecretEngineDraft;
import java.util.List;
import java.util.Set;

/**
 * What makes credentials in other systems. Immutable.
 *
 * @param calls bounds the requests that wait for other systems
 * @param targets the hosts that engines may be at, as {@code HOST} or {@code HOST:PORT}
 */
public record Leasing(RootLogin roots, LeaseIssuer issuer, TargetCalls calls, Set<String> targets) {
  /**
   * Checks that engines may be where {@code draft} says: nobody has the control plane call about in
   * its network whom its configuration does not name.
   *
   * @throws InvalidDocumentException when they may not
   */
  public void requireTarget(SecretEngineDraft draft) {
    if (!targets.contains(draft.host()) && !targets.contains(draft.host() + ":" + draft.port())) {
      throw new InvalidDocumentException(
          List.of(
              new FieldError(
                  "host", "is not one that the control plane's setting vault.targets names")));
    }
  }
}
