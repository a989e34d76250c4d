package dev.cofre.controlplane.server.store;

/** Where the chain of snapshots stands: its last revision and the digest there. */
public record SnapshotHead(long epoch, long revision, byte[] digest) {
  /** Of a store that holds nothing. */
  static final SnapshotHead NONE = new SnapshotHead(0, 0, new byte[0]);
}
