package dev.cofre.controlplane.domain;

import java.util.UUID;

/**
 * Secrets of one environment and one data class that belong together; who is granted the group
 * reads each of them. Immutable.
 *
 * @param id never reused
 * @param stamp whose revision also counts each change of members and grants
 */
public record SecretGroup(UUID id, SecretGroupDraft draft, Stamp stamp) {
  /** What the names of groups begin with where a grant names one. No secret is called so. */
  public static final String PREFIX = "secret-group:";

  /** The most secrets in a group: what is read at once. */
  public static final int MEMBERS_MAX = 100;

  /** The most groups that a secret is in. */
  public static final int OF_SECRET_MAX = 50;

  /** The most groups of a tenant. */
  public static final int GROUPS_MAX = 1_000;

  /** What a grant names a group by that is called {@code name}. */
  public static String reference(String name) {
    return PREFIX + name;
  }

  /** What a grant names it by. */
  public String reference() {
    return reference(draft.name());
  }

  /** The name within the tenant. */
  public String name() {
    return draft.name();
  }

  /** The tenant. */
  public String tenant() {
    return draft.tenant();
  }
}
