package dev.cofre.controlplane.domain.approval;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where a request for approval stands. */
public enum ApprovalState {
  /** Waits for approvals. */
  PENDING,
  /** Has them, and is about to run. */
  APPROVED,
  /** A control plane has taken it up. */
  RUNNING,
  /** It ran, once; its answer is stored. */
  DONE,
  /** It ran into an error that trying again does not mend; nothing was changed. */
  FAILED,
  /** Somebody said no. */
  REJECTED,
  /** Its requester took it back. */
  WITHDRAWN,
  /** Nobody decided in time. */
  EXPIRED;

  /** The moves there are; every other one is refused. */
  private static final Map<ApprovalState, Set<ApprovalState>> MOVES =
      new EnumMap<>(
          Map.of(
              PENDING, EnumSet.of(APPROVED, REJECTED, WITHDRAWN, EXPIRED),
              APPROVED, EnumSet.of(RUNNING),
              // Another control plane takes it up when the first is dead: it stays RUNNING.
              RUNNING, EnumSet.of(RUNNING, APPROVED, DONE, FAILED)));

  /** Whether a request in this state may be brought into {@code next}. */
  public boolean mayBecome(ApprovalState next) {
    return MOVES.getOrDefault(this, Set.of()).contains(next);
  }

  /** Whether nothing will happen to it any more. */
  public boolean isFinal() {
    return !MOVES.containsKey(this);
  }

  /** The state named {@code name}; empty when there is none. */
  public static Optional<ApprovalState> find(String name) {
    return Arrays.stream(values()).filter(state -> state.name().equals(name)).findFirst();
  }
}
