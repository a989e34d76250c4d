package dev.cofre.engine.request;

import com.google.protobuf.ByteString;
import dev.cofre.engine.snapshot.PrincipalMetadata;
import dev.cofre.engine.snapshot.SnapshotHolder;
import dev.cofre.engine.snapshot.SnapshotState;

/**
 * Who a connection's caller is: proven once by a token, and looked up again with each snapshot, so
 * that a token that was taken away ends its connections' work. Not thread-safe.
 *
 * <p>It keeps the token's digest, not the token.
 */
public final class Session {
  private final SnapshotHolder snapshots;
  private final ByteString digest;
  private SnapshotState seen;
  private PrincipalMetadata principal;

  Session(SnapshotHolder snapshots, byte[] token) {
    this.snapshots = snapshots;
    this.digest = SnapshotState.tokenDigest(token);
  }

  /** The principal, or null when there is none with that token (any more). */
  @SuppressWarnings("ReferenceEquality") // a revision is one object
  public PrincipalMetadata principal() {
    SnapshotState now = snapshots.last();
    if (now != seen) {
      seen = now;
      principal = now.principal(digest);
    }
    return principal;
  }
}
