package dev.cofre.controlplane.server.x509;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateKeyType;
import dev.cofre.controlplane.domain.CertificateRoleDraft;
import dev.cofre.controlplane.server.x509.CertificateIssuer.Subject;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/** What a role permits: what it names, and nothing else. Stateless. */
final class RoleRules {
  private RoleRules() {}

  /**
   * Checks {@code subject} against {@code role}. Names are told by their place: what came is never
   * said again.
   *
   * @throws ProblemException {@code forbidden} when something is not permitted
   */
  static void require(CertificateRoleDraft role, Subject subject) {
    if (subject.generated() && !role.generatedKey()) {
      throw forbidden("has no keys generated; send a signing request");
    }
    requireType(role.keyTypes(), subject.keyType());
    requireAll(subject.names().dnsNames(), role::permitsDnsName, "DNS name");
    requireAll(subject.names().uris(), role.uris()::contains, "URI");
    requireAll(subject.names().ipAddresses(), role.ipAddresses()::contains, "IP address");
  }

  /** The same for a key alone, of which {@code permitted} are the types that are permitted. */
  static void requireType(Collection<CertificateKeyType> permitted, CertificateKeyType type) {
    if (!permitted.contains(type)) {
      throw forbidden("does not permit keys of the type " + type.wireName());
    }
  }

  private static void requireAll(List<String> names, Predicate<String> permitted, String what) {
    for (int i = 0; i < names.size(); i++) {
      if (!permitted.test(names.get(i))) {
        throw forbidden("does not permit the " + what + " in place " + (i + 1));
      }
    }
  }

  private static ProblemException forbidden(String why) {
    return new ProblemException(ErrorCode.FORBIDDEN, "the role " + why);
  }
}
