package dev.cofre.engine.audit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Claims whose writers met a page that the disk could not back. Nobody will commit them, and all
 * readers wait for that: so they are made voids once the page is there. Thread-safe.
 */
final class TornClaims {
  private final Queue<Claim> claims = new ConcurrentLinkedQueue<>();

  private record Claim(Segment segment, int at) {}

  /**
   * Takes what the calling thread claimed last. When that was committed, which is so if it failed
   * before it could claim, nothing will be done to it.
   */
  void addLastOfThread() {
    Records records = Records.lastOfThread();
    if (records.segment() != null) {
      Claim claim = new Claim(records.segment(), records.at());
      if (!claims.contains(claim)) {
        claims.add(claim);
      }
    }
  }

  /**
   * Makes them voids.
   *
   * @throws InternalError when the disk cannot back one of them yet
   */
  void giveUp() {
    for (Claim claim = claims.peek(); claim != null; claim = claims.peek()) {
      if (!claim.segment.isAbandoned()) {
        claim.segment.giveUp(claim.at);
      }
      claims.remove();
    }
  }
}
