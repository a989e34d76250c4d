package dev.cofre.controlplane.server.identity;

import dev.cofre.contract.identity.BearerToken;
import dev.cofre.contract.identity.ExchangedToken;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.access.Subject;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.engine.identity.ExchangedTokens;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out who sends a request. Thread-safe; reads the store, so it is not called on an event
 * loop.
 *
 * <p>Nodes prove who they are by mTLS. Their bearer token is for plain HTTP on loopback alone;
 * while the store is away it counts for who was known by it before.
 */
public final class Authenticator {
  private static final String NODE_TENANT = "";

  private final Store store;
  private final Set<String> nodeNames;
  private final boolean nodeTokens;
  private final ExchangedTokens exchanged;
  private final RememberedNodes remembered = new RememberedNodes(System::nanoTime);

  /**
   * Authenticates against {@code store}.
   *
   * @param nodeNames names in client certificates that are accepted as nodes
   * @param nodeTokens whether principals with the role node may come with a token
   * @param exchanged verifies exchanged tokens
   */
  public Authenticator(
      Store store, Set<String> nodeNames, boolean nodeTokens, ExchangedTokens exchanged) {
    this.store = store;
    this.exchanged = exchanged;
    this.nodeNames = Set.copyOf(nodeNames);
    this.nodeTokens = nodeTokens;
  }

  /** Who sent {@code credentials}; empty when that is not proven. */
  public Optional<Caller> authenticate(Credentials credentials) {
    if (credentials.token().isPresent()) {
      BearerToken token = credentials.token().get();
      return principal(token.digest())
          .filter(principal -> nodeTokens || !principal.roles().contains(Role.NODE))
          .map(principal -> new Caller(principal, "token"))
          .or(() -> holder(token));
    }
    return credentials.certificateNames().stream()
        .filter(nodeNames::contains)
        .findFirst()
        .map(name -> new Caller(node(name), "mtls"))
        .or(() -> credentials.spiffeId().flatMap(this::workload));
  }

  /** Who holds an exchanged token. */
  private Optional<Caller> holder(BearerToken token) {
    byte[] text = token.bytes();
    if (!ExchangedToken.isForm(text)) {
      return Optional.empty();
    }
    return store.read(
        tx ->
            Optional.ofNullable(exchanged.principal(tx.live(), text))
                .flatMap(live -> tx.principals().find(live.id()))
                .map(own -> caller(tx, own, "jwt")));
  }

  /** Whose client certificate it is. */
  private Optional<Caller> workload(String spiffeId) {
    return store.read(
        tx ->
            tx.bindings()
                .bySpiffeId(spiffeId)
                .flatMap(binding -> tx.principals().find(binding.principal()))
                .filter(principal -> !principal.roles().contains(Role.NODE))
                .map(own -> caller(tx, own, "mtls")));
  }

  private static Caller caller(Transaction tx, Principal own, String authentication) {
    return new Caller(Subject.withGroupRoles(own, tx.live().policy()), authentication);
  }

  private Optional<Principal> principal(byte[] digest) {
    try {
      Optional<Principal> found =
          store.read(
              tx ->
                  tx.principals()
                      .findByToken(digest)
                      .map(own -> Subject.withGroupRoles(own, tx.live().policy())));
      remembered.seen(digest, found);
      return found;
    } catch (StoreException e) {
      return Optional.of(remembered.find(digest).orElseThrow(() -> e));
    }
  }

  private static Principal node(String name) {
    return new Principal(
        name, NODE_TENANT, Set.of(Role.NODE), Stamp.created(Instant.EPOCH, "configuration"));
  }
}
