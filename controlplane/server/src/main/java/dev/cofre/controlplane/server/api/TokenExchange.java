package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.IdentityProvider;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.federation.ForeignTokens;
import dev.cofre.controlplane.server.federation.Mapping;
import dev.cofre.controlplane.server.identity.Caller;
import dev.cofre.controlplane.server.identity.ExchangeRates;
import dev.cofre.controlplane.server.identity.TokenMint;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.engine.identity.Callers;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Exchanges an identity provider's token for one of ours (RFC 8693): as JSON, or as the form that
 * the RFC describes. Thread-safe; on a worker thread.
 *
 * <p>Why a token is refused is told to nobody: an unknown issuer, a wrong signature and a subject
 * that is bound to no principal look the same.
 */
final class TokenExchange {
  static final String PATH = "/v1/token/exchange";

  private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
  private static final Set<String> SUBJECT_TYPES =
      Set.of(
          "urn:ietf:params:oauth:token-type:jwt",
          "urn:ietf:params:oauth:token-type:id_token",
          ACCESS_TOKEN);

  private final Store store;
  private final ForeignTokens foreign;
  private final TokenMint mint;
  private final ManagementAudit audit;
  private final ExchangeRates rates = new ExchangeRates(System::nanoTime);

  TokenExchange(Store store, ForeignTokens foreign, TokenMint mint, ManagementAudit audit) {
    this.store = store;
    this.foreign = foreign;
    this.mint = mint;
    this.audit = audit;
  }

  /** What is asked for. It does not show itself. */
  private record Asked(String token, Duration validity) {
    @Override
    public String toString() {
      return "Asked[…]";
    }
  }

  /** Whom the token makes of its holder, by the snapshot of {@code epoch}. */
  private record Holder(Principal principal, PrincipalMetadata live, long epoch) {}

  Answer run(RequestFacts facts, MultiMap form) {
    Asked asked = form.isEmpty() ? document(facts) : form(form);
    IdentityProvider provider =
        ForeignTokens.issuer(asked.token)
            .flatMap(issuer -> store.read(tx -> tx.providers().findByIssuer(issuer)))
            .orElseThrow(Callers::unauthenticated);
    ForeignTokens.Verified verified =
        foreign.verify(provider, asked.token).orElseThrow(Callers::unauthenticated);
    Holder holder = holder(provider, verified).orElseThrow(Callers::unauthenticated);
    rates.take(holder.principal.id());
    TokenMint.Minted minted =
        mint.mint(
            holder.live,
            holder.epoch,
            provider.draft().name(),
            asked.validity,
            verified.expiresAt());
    if (minted.seconds() < 1) {
      throw Callers.unauthenticated();
    }
    audit.proven(
        facts,
        ManagementAction.TOKEN_EXCHANGE,
        new Caller(holder.principal, "jwt"),
        provider.draft().name());
    return Answer.json(
        200,
        new JsonObject()
            .put("access_token", minted.text())
            .put("issued_token_type", ACCESS_TOKEN)
            .put("token_type", "Bearer")
            .put("expires_in", minted.seconds())
            .put("principal", holder.principal.id()));
  }

  private Optional<Holder> holder(IdentityProvider provider, ForeignTokens.Verified verified) {
    return store.read(
        tx ->
            Mapping.principal(tx, provider, verified)
                .flatMap(
                    principal ->
                        Optional.ofNullable(tx.live().principal(principal.id()))
                            .map(live -> new Holder(principal, live, tx.live().epoch()))));
  }

  private static Asked document(RequestFacts facts) {
    Map<String, Object> document = StrictJson.object(facts.body());
    Object token = document.get("token");
    Object seconds = document.getOrDefault("ttlSeconds", TokenMint.VALIDITY.toSeconds());
    if (!(token instanceof String text)
        || text.isEmpty()
        || !Set.of("token", "ttlSeconds").containsAll(document.keySet())) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "send the identity provider's token in the field token, and ttlSeconds if you like");
    }
    return new Asked(text, validity(String.valueOf(seconds)));
  }

  private static Asked form(MultiMap form) {
    String token = one(form, "subject_token");
    if (!GRANT.equals(one(form, "grant_type"))
        || token == null
        || !SUBJECT_TYPES.contains(String.valueOf(one(form, "subject_token_type")))) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "a form needs grant_type "
              + GRANT
              + ", subject_token and a subject_token_type of jwt, id_token or access_token");
    }
    String seconds = one(form, "ttl_seconds");
    return new Asked(
        token, validity(seconds == null ? Long.toString(TokenMint.VALIDITY.toSeconds()) : seconds));
  }

  /** A field that is there twice counts as absent (RFC 6749 §3.2). */
  private static String one(MultiMap form, String name) {
    List<String> values = form.getAll(name);
    return values.size() == 1 ? values.getFirst() : null;
  }

  private static Duration validity(String seconds) {
    long most = TokenMint.VALIDITY_MAX.toSeconds();
    if (!seconds.matches("[0-9]{1,5}")
        || Long.parseLong(seconds) < 1
        || Long.parseLong(seconds) > most) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "ttlSeconds must be a whole number from 1 to " + most);
    }
    return Duration.ofSeconds(Long.parseLong(seconds));
  }
}
