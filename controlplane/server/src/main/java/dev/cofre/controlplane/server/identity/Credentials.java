package dev.cofre.controlplane.server.identity;

import dev.cofre.contract.identity.BearerToken;
import java.util.List;
import java.util.Optional;

/**
 * What a request brought to prove who sends it.
 *
 * @param token of the Authorization header
 * @param certificateNames common name and DNS names of a verified client certificate, one empty
 *     name when it has URI names; empty when there was none
 * @param spiffeId of that certificate, when it follows the rules
 */
public record Credentials(
    Optional<BearerToken> token, List<String> certificateNames, Optional<String> spiffeId) {}
