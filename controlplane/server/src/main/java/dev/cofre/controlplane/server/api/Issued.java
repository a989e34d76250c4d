package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CanonicalUuid;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.vault.EngineAccess;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

/**
 * What holds for leases and certificates alike: each is issued to a principal, who knows of its own
 * alone. Stateless.
 *
 * @param kind what one is called: {@code lease} or {@code certificate}
 */
record Issued(String kind) {
  /** The id that {@code text} is; {@link ErrorCode#NOT_FOUND} for what is none. */
  UUID id(String text) {
    return CanonicalUuid.find(text).orElseThrow(() -> EngineAccess.notFound(kind));
  }

  /**
   * Whose alone {@code caller} may ask for, who asked for those of {@code principal}.
   *
   * @param principal null: of anybody
   * @return null: of anybody
   */
  String holder(Principal caller, String principal) {
    String holder = EngineAccess.holder(caller);
    if (holder != null && principal != null && !holder.equals(principal)) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "you may know of your own " + kind + "s alone");
    }
    return holder == null ? principal : holder;
  }

  /** Refuses a name that a store would not take. */
  static void requireText(String name) {
    if (name != null && name.indexOf('\0') >= 0) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "a name must hold no zero character");
    }
  }

  /**
   * The one that {@code visible} gives for whom it is shown to, when the role by which the caller
   * knows of it is one that may do what {@code call} is about.
   */
  <T> T permitted(Call call, Function<Principal, T> visible) {
    // First: who may not see it is told that there is none.
    Objects.requireNonNull(visible.apply(call.principal()));
    try {
      return visible.apply(Permissions.acting(call.principal(), call.action()));
    } catch (ProblemException e) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN,
          "your roles may not do " + call.action().wireName() + " with this " + kind);
    }
  }

  /**
   * What an event says of many that were chosen at once.
   *
   * @param issuer what issued them: {@code engine} or {@code authority}
   */
  static String subject(String issuer, String name, String role, String principal, boolean dryRun) {
    return String.join(
        " ",
        issuer + "=" + shown(name),
        "role=" + shown(role),
        "principal=" + shown(principal),
        "dryRun=" + dryRun);
  }

  private static String shown(String text) {
    return text == null ? "*" : text;
  }
}
