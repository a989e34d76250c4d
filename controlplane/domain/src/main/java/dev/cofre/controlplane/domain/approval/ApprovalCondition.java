package dev.cofre.controlplane.domain.approval;

import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.Role;
import java.util.Locale;
import java.util.Set;

/** When an action needs approval. */
public enum ApprovalCondition {
  /** Whatever it is about. */
  ALWAYS,
  /** When it touches the environment {@code prod}. */
  PROD,
  /** When it gives or takes a role that manages others. */
  ADMIN_ROLE;

  private static final Set<Role> ADMIN_ROLES =
      Set.of(Role.PLATFORM_ADMIN, Role.SECURITY_ADMIN, Role.CRYPTO_OFFICER);

  /** The name in documents. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether it holds for {@code matter}. */
  public boolean holds(ApprovalMatter matter) {
    return switch (this) {
      case ALWAYS -> true;
      case PROD -> matter.environments().contains(Environment.PROD);
      case ADMIN_ROLE -> matter.roles().stream().anyMatch(ADMIN_ROLES::contains);
    };
  }
}
