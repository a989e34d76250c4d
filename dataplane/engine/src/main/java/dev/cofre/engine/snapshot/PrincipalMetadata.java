package dev.cofre.engine.snapshot;

import com.google.protobuf.ByteString;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.engine.policy.PolicyEvaluator;
import java.util.List;
import java.util.Set;

/**
 * A principal as the data plane knows it. Immutable.
 *
 * @param roles its own; groups may add to them
 * @param tokenDigests SHA-256 of its bearer tokens
 */
public record PrincipalMetadata(
    String id, String tenant, Set<String> roles, List<ByteString> tokenDigests)
    implements PolicyEvaluator.Subject {
  static PrincipalMetadata of(Principal principal) {
    return new PrincipalMetadata(
        principal.getId(),
        principal.getTenant().intern(),
        Set.copyOf(principal.getRolesList()),
        principal.getTokenDigestsList().stream()
            .map(digest -> ByteString.copyFrom(digest.toByteArray()))
            .toList());
  }
}
