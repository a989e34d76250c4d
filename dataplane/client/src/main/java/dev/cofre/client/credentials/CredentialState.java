package dev.cofre.client.credentials;

import java.time.Instant;
import java.util.Optional;

/**
 * How a provider is; nothing of it is secret. Immutable.
 *
 * @param id of the credential that it holds, see {@link Credential#id}; empty: it has none that
 *     works
 * @param username whom that logs in, or empty
 * @param ends when it ends if it is not renewed, by this machine's clock; empty: it has no end, or
 *     there is none
 * @param trouble why the last attempt failed, a stable name as {@code CofreException.reason()} has
 *     them; empty: it did not
 */
public record CredentialState(
    Optional<String> id,
    Optional<String> username,
    Optional<Instant> ends,
    Optional<String> trouble) {}
