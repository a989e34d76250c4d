package dev.cofre.client.credentials;

/**
 * Who is told what becomes of a provider's credential. Called by the provider's one thread, so it
 * has to return soon; what it throws is logged, and nothing else. It may ask for the credential and
 * close the provider, but not wait for a {@link CredentialProvider#replacement}.
 */
@FunctionalInterface
public interface CredentialListener {
  /**
   * Another credential is there, the first one too. The one before works on until its own end: a
   * pool gives back what it has open by it.
   */
  void changed(CredentialState state);

  /** An attempt failed, the first after one that did not. It is tried again. */
  default void troubled(CredentialState state) {}
}
