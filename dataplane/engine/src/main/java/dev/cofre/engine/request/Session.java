package dev.cofre.engine.request;

import dev.cofre.engine.identity.Callers;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;
import java.util.function.Function;

/**
 * Who a connection's caller is: proven once by a token or a client certificate, and looked up again
 * with each snapshot, so that a token that was taken away ends its connections' work. Not
 * thread-safe.
 *
 * <p>It keeps the token's digest, not the token.
 */
public final class Session {
  private static final String JWT = "jwt";

  private final SnapshotHolder snapshots;
  private final Function<SnapshotState, Identity> lookUp;
  private SnapshotState seen;
  private Identity identity;

  private Session(
      SnapshotHolder snapshots,
      SnapshotState seen,
      Identity identity,
      Function<SnapshotState, Identity> lookUp) {
    this.snapshots = snapshots;
    this.seen = seen;
    this.identity = identity;
    this.lookUp = lookUp;
  }

  /** By {@code token}, which may be nobody's. */
  static Session ofToken(SnapshotHolder snapshots, Callers callers, byte[] token, String address) {
    SnapshotState now = snapshots.last();
    var digest = SnapshotState.tokenDigest(token);
    return new Session(
        snapshots,
        now,
        callers.byToken(now, token, address),
        state -> callers.byDigest(state, digest));
  }

  /** By a verified client certificate with {@code spiffeId}, which may be nobody's. */
  static Session ofCertificate(
      SnapshotHolder snapshots, Callers callers, String spiffeId, String address) {
    SnapshotState now = snapshots.last();
    return new Session(
        snapshots,
        now,
        callers.bySpiffeId(now, spiffeId, address),
        state -> callers.bySpiffeId(state, spiffeId, null));
  }

  /** The principal, or null when there is none with that token or certificate (any more). */
  public PrincipalMetadata principal() {
    Identity now = identity();
    return now == null ? null : now.principal();
  }

  /**
   * The principal and how it was proven, or null. An exchanged token is looked up each time, for it
   * ends by itself.
   */
  @SuppressWarnings("ReferenceEquality") // a revision is one object
  public Identity identity() {
    SnapshotState now = snapshots.last();
    if (now != seen || (identity != null && identity.authentication().equals(JWT))) {
      seen = now;
      identity = lookUp.apply(now);
    }
    return identity;
  }
}
