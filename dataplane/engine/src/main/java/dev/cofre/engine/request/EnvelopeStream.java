package dev.cofre.engine.request;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.engine.snapshot.KeyMetadata;
import java.util.concurrent.CompletableFuture;

/**
 * One envelope of any length, segment by segment, and its trail on the audit log. Not thread-safe;
 * used on its event loop.
 */
public abstract sealed class EnvelopeStream permits SealStream, OpenStream {
  private final StreamTrail trail;

  EnvelopeStream(StreamTrail trail) {
    this.trail = trail;
  }

  /** Gives back the keys. */
  abstract void closeCipher();

  /** The KMS key of the envelope. */
  public final KeyMetadata key() {
    return trail.key();
  }

  /** The plaintext bytes so far. */
  public final long bytes() {
    return trail.bytes();
  }

  final void processed(int bytes) {
    trail.processed(bytes);
  }

  final CompletableFuture<Void> recordBegin() {
    return trail.begin();
  }

  /** Writes the end event; the last segment may leave when the future completes. */
  public final CompletableFuture<Void> end() {
    closeCipher();
    return trail.end(null);
  }

  /** Writes down that the stream failed; the failure may be told when the future completes. */
  public final CompletableFuture<Void> abort(ErrorCode code) {
    closeCipher();
    return trail.end(code);
  }

  /**
   * Why the stream must end, or null; asked before each segment, the last one included, so that a
   * stream ends with its key, its grant, its caller's token or the node's policy.
   */
  public final ErrorCode obstacle() {
    return trail.obstacle();
  }
}
