package dev.cofre.dataplane.server.call;

import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.identity.SpiffeId;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Who makes a call over HTTP, gRPC among it. Stateless. */
public final class Identification {
  private Identification() {}

  /**
   * The principal of {@code token} or, when there is none, of the client certificate.
   *
   * @throws dev.cofre.contract.problem.ProblemException {@code unauthenticated}, {@code
   *     policy_stale} or {@code too_many_attempts}
   */
  public static Identity of(
      RequestPath path,
      ServerState state,
      HttpServerRequest request,
      byte[] token,
      String address) {
    Optional<String> spiffeId =
        token == null && request.isSSL()
            ? SpiffeId.of(request.sslSession(), state.trustDomain())
            : Optional.empty();
    return spiffeId.isPresent()
        ? path.identifyCertificate(spiffeId.get(), address)
        : path.identify(token, address);
  }
}
