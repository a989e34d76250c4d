package dev.cofre.controlplane.domain;

/**
 * Somebody whose signed tokens say who a caller is. Immutable.
 *
 * @param tenant whose principals its tokens can be
 */
public record IdentityProvider(String tenant, IdentityProviderDraft draft, Stamp stamp) {
  /** Unique over all tenants. */
  public String id() {
    return id(tenant, draft.name());
  }

  /** The id of the provider of {@code tenant} named {@code name}. */
  public static String id(String tenant, String name) {
    return tenant + "/" + name;
  }
}
