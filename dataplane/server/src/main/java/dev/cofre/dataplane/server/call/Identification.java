package dev.cofre.dataplane.server.call;

import com.google.protobuf.ByteString;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.identity.SpiffeId;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.engine.snapshot.SnapshotState;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Optional;

/**
 * Who makes a call over HTTP, gRPC among it. Not thread-safe: one per event loop.
 *
 * <p>Most connections show one token all their life. The last that was somebody's is kept with its
 * digest until the connection ends, and then overwritten: a call that shows it again is compared
 * with it, in constant time, in place of being hashed. Whose digest it is, is looked up each time.
 */
public final class Identification {
  private static final String BEARER = "Bearer ";

  private final RequestPath path;
  private final ServerState state;
  private final IdentityHashMap<HttpConnection, Shown> connections = new IdentityHashMap<>();

  /** The token that a connection showed last, and its digest. */
  private record Shown(byte[] token, ByteString digest) {
    static final Shown NOTHING = new Shown(new byte[0], ByteString.EMPTY);

    void overwrite() {
      Arrays.fill(token, (byte) 0);
    }
  }

  /** For the event loop of {@code path}. */
  public Identification(RequestPath path, ServerState state) {
    this.path = path;
    this.state = state;
  }

  /** Keeps the token of {@code connection}, which has just begun, until it ends. */
  public void follow(HttpConnection connection) {
    connections.put(connection, Shown.NOTHING);
    connection.closeHandler(closed -> connections.remove(connection).overwrite());
  }

  /** How many connections it follows. */
  int connections() {
    return connections.size();
  }

  /**
   * The principal of the bearer token of {@code request} or, when there is none, of the client
   * certificate.
   *
   * @throws dev.cofre.contract.problem.ProblemException {@code unauthenticated}, {@code
   *     policy_stale} or {@code too_many_attempts}
   */
  public Identity of(HttpServerRequest request, String address) {
    byte[] token = bearerToken(request);
    if (token != null) {
      return ofToken(request.connection(), token, address);
    }
    Optional<String> spiffeId =
        request.isSSL() ? SpiffeId.of(request.sslSession(), state.trustDomain()) : Optional.empty();
    return spiffeId.isPresent()
        ? path.identifyCertificate(spiffeId.get(), address)
        : path.identifyNobody(address);
  }

  private Identity ofToken(HttpConnection connection, byte[] token, String address) {
    Shown last = connections.getOrDefault(connection, Shown.NOTHING);
    if (last.token.length > 0 && MessageDigest.isEqual(last.token, token)) {
      return path.identify(token, last.digest, address);
    }
    ByteString digest = SnapshotState.tokenDigest(token);
    Identity identity = path.identify(token, digest, address);
    if (connections.replace(connection, last, new Shown(token, digest))) {
      last.overwrite();
    }
    return identity;
  }

  /** What stands behind {@code Bearer} in the header {@code Authorization}; null when none does. */
  public static byte[] bearerToken(HttpServerRequest request) {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    return authorization == null
            || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? null
        : authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
  }
}
