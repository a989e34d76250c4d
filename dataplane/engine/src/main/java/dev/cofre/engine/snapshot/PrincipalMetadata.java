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
 * @param credentialRevision which exchanged tokens are its: those that name this revision
 * @param spiffeIds of its client certificates
 */
public record PrincipalMetadata(
    String id,
    String tenant,
    Set<String> roles,
    List<ByteString> tokenDigests,
    long credentialRevision,
    List<String> spiffeIds)
    implements PolicyEvaluator.Subject {
  /** One that has neither exchanged tokens nor client certificates. */
  public PrincipalMetadata(
      String id, String tenant, Set<String> roles, List<ByteString> tokenDigests) {
    this(id, tenant, roles, tokenDigests, 0, List.of());
  }

  /** Whether what {@code other}, an earlier revision, was authenticated by is valid still. */
  public boolean hasCredentialsOf(PrincipalMetadata other) {
    return tokenDigests.equals(other.tokenDigests)
        && credentialRevision == other.credentialRevision
        && spiffeIds.equals(other.spiffeIds);
  }

  static PrincipalMetadata of(Principal principal) {
    return new PrincipalMetadata(
        principal.getId().intern(), // policies name it too: found by its identity
        principal.getTenant().intern(),
        Set.copyOf(principal.getRolesList()),
        principal.getTokenDigestsList().stream()
            .map(digest -> ByteString.copyFrom(digest.toByteArray()))
            .toList(),
        principal.getCredentialRevision(),
        List.copyOf(principal.getSpiffeIdsList()));
  }
}
