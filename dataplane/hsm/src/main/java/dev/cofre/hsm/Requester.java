package dev.cofre.hsm;

import java.util.Objects;

/**
 * On whose behalf the HSM is asked: what the gateway's queue is fair between. Immutable.
 *
 * @param tenant the tenant's name
 * @param principal the principal's id within the tenant
 */
public record Requester(String tenant, String principal) {
  /** The node itself: refreshes ahead of need and the like. */
  public static final Requester NODE = new Requester("", "");

  /** Both are named. */
  public Requester {
    Objects.requireNonNull(tenant);
    Objects.requireNonNull(principal);
  }
}
