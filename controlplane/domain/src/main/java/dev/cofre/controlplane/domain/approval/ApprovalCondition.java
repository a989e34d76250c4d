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
  ADMIN_ROLE,
  /** When it does, or gives who can prove who they are another way to do so. */
  CREDENTIAL;

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
      case ADMIN_ROLE -> isAdmin(matter.roles());
      case CREDENTIAL -> matter.furtherCredential() || isAdmin(matter.roles());
    };
  }

  /** Whether one of {@code roles} manages others. */
  public static boolean isAdmin(Set<Role> roles) {
    return roles.stream().anyMatch(ADMIN_ROLES::contains);
  }
}
