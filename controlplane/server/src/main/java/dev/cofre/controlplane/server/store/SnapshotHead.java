package dev.cofre.controlplane.server.store;

/** Where the chain of snapshots stands: its last revision and the digest there. */
public record SnapshotHead(long epoch, long revision, byte[] digest) {}
