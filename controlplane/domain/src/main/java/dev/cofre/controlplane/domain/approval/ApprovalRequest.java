package dev.cofre.controlplane.domain.approval;

import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.RoleConflicts;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A request that runs when enough others have approved it. Immutable.
 *
 * @param number counts requests up, for the order of lists; 0 when it is not stored yet
 * @param reason why, in the requester's words; may be empty
 * @param needed how many approvals it takes
 * @param approvers roles of which an approver has one
 * @param votes what was said so far
 * @param claim how often it was taken up to be run: who runs it is told by this number from one who
 *     ran it before
 * @param answer of the run; null before
 * @param stamp made by the requester
 */
public record ApprovalRequest(
    long number,
    ApprovalRequestId id,
    ManagementAction action,
    CanonicalRequest request,
    byte[] digest,
    ApprovalMatter matter,
    String reason,
    int needed,
    Set<Role> approvers,
    ApprovalState state,
    Instant expiresAt,
    List<ApprovalVote> votes,
    int claim,
    ApprovalAnswer answer,
    Stamp stamp) {

  /** Takes copies. */
  public ApprovalRequest {
    approvers = Set.copyOf(approvers);
    votes = List.copyOf(votes);
  }

  /** Who asked. */
  public String requester() {
    return stamp.createdBy();
  }

  /** Where the request stands at {@code now}: undecided past its time, it has expired. */
  public ApprovalState stateAt(Instant now) {
    return state == ApprovalState.PENDING && !now.isBefore(expiresAt)
        ? ApprovalState.EXPIRED
        : state;
  }

  /** The digest in hexadecimal. */
  public String digestHex() {
    return HexFormat.of().formatHex(digest);
  }

  /** Why {@code principal} cannot decide on it; empty when they can. */
  public Optional<String> disqualifies(Principal principal) {
    if (principal.id().equals(requester())) {
      return Optional.of("nobody decides on their own request; ask somebody else");
    }
    if (principal.roles().stream().noneMatch(approvers::contains)) {
      return Optional.of("your role does not decide on this request; the request names those");
    }
    if (RoleConflicts.find(principal.roles()).isPresent()) {
      return Optional.of("you have duties that conflict with deciding on this request");
    }
    if (matter.beneficiaries().contains(principal.id())) {
      return Optional.of("the request is in your own favour; ask somebody else");
    }
    return Optional.empty();
  }

  /** Whether {@code principal} has decided already. */
  public boolean hasVoted(Principal principal) {
    return votes.stream().anyMatch(vote -> vote.principal().equals(principal.id()));
  }

  /** Whether {@code principal} may know of it: requester, approvers, auditors. */
  public boolean isVisibleTo(Principal principal) {
    return principal.tenant().equals(id.tenant())
        && (principal.id().equals(requester())
            || principal.roles().contains(Role.AUDITOR)
            || principal.roles().stream().anyMatch(approvers::contains));
  }
}
