package dev.cofre.dataplane.server.frames;

import dev.cofre.dataplane.server.state.ServerState;

/**
 * What one connection has of the node's bound for bytes that wait for somebody. Not thread-safe;
 * used on its event loop.
 */
final class HeldBytes {
  /** What is held up to this is not counted. */
  private static final int FREE_BYTES = 4 * 1024;

  private final ServerState state;
  private long bytes;
  private String principal;

  HeldBytes(ServerState state) {
    this.state = state;
  }

  /**
   * Holds {@code now} bytes for {@code by} in place of what was held.
   *
   * @return null when there is room; else the reason to cut the connection: {@code memory} when it
   *     holds more than before, {@code unread} when others took what it gave back
   */
  String change(long now, String by) {
    long counted = now <= FREE_BYTES ? 0 : now;
    if (counted == bytes) {
      return null;
    }
    long before = bytes;
    release();
    if (counted > 0 && !state.takeHeld(by, counted)) {
      return counted > before ? "memory" : "unread";
    }
    bytes = counted;
    principal = by;
    return null;
  }

  /** Gives all back. */
  void release() {
    if (bytes > 0) {
      state.releaseHeld(principal, bytes);
      bytes = 0;
    }
  }
}
