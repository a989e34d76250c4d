package dev.cofre.controlplane.server.federation;

import dev.cofre.controlplane.domain.IdentityBinding;
import dev.cofre.controlplane.domain.IdentityProvider;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose principal the holder of a verified token is: nobody's, unless a binding says so. A binding
 * of the very subject counts before those of claims, which must all agree on one principal.
 * Stateless.
 */
public final class Mapping {
  private Mapping() {}

  /** The principal of who holds {@code token} of {@code provider}. */
  public static Optional<Principal> principal(
      Transaction tx, IdentityProvider provider, ForeignTokens.Verified token) {
    Optional<String> id =
        tx.bindings()
            .bySubject(provider.id(), token.subject())
            .map(IdentityBinding::principal)
            .or(() -> byClaims(tx.bindings().byClaims(provider.id()), token.claims()));
    return id.flatMap(tx.principals()::find)
        .filter(principal -> principal.tenant().equals(provider.tenant()))
        .filter(principal -> !principal.roles().contains(Role.NODE));
  }

  private static Optional<String> byClaims(
      List<IdentityBinding> bindings, Map<String, Object> claims) {
    List<String> principals =
        bindings.stream()
            .filter(
                binding ->
                    binding.draft().claims().entrySet().stream()
                        .allMatch(asked -> holds(claims.get(asked.getKey()), asked.getValue())))
            .map(IdentityBinding::principal)
            .distinct()
            .toList();
    return principals.size() == 1 ? Optional.of(principals.getFirst()) : Optional.empty();
  }

  private static boolean holds(Object claim, String wanted) {
    return claim instanceof List<?> list ? list.contains(wanted) : wanted.equals(claim);
  }
}
