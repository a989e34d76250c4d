package dev.cofre.dataplane.server.frames;

import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.snapshot.PrincipalMetadata;

/**
 * Who sends frames, and how the audit log names their requests: {@code connection/correlation}, the
 * correlation id being that of the first request of a group. Immutable.
 *
 * @param principal null when not authenticated
 * @param authentication how that was proven; {@code none} when it was not
 * @param address the network address, or {@code unix}
 * @param connection as the caller was told
 */
record FrameCaller(
    PrincipalMetadata principal, String authentication, String address, String connection) {
  /** One who has proven nothing. */
  static FrameCaller nobody(String address, String connection) {
    return new FrameCaller(null, "none", address, connection);
  }

  /** The same connection, now {@code identity}'s. */
  FrameCaller as(Identity identity) {
    return new FrameCaller(identity.principal(), identity.authentication(), address, connection);
  }

  /** The caller of the request with {@code correlation}. */
  Caller of(int correlation) {
    return new Caller(
        principal,
        authentication,
        address,
        connection + '/' + Integer.toUnsignedString(correlation));
  }

  String principalId() {
    return principal == null ? "" : principal.id();
  }
}
