package dev.cofre.contract.snapshot;

/** A snapshot statement that a node must not follow; the message says why. */
public final class SnapshotRejectedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says why, to be read after "the snapshot was rejected: ". */
  public SnapshotRejectedException(String why) {
    super(why);
  }
}
