package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditSegments;

/**
 * How an audit log is kept. Immutable.
 *
 * @param sync whether records are forced to the disk before they are acknowledged
 * @param bytesMax what all files together may take; a sixteenth of it is for counted records
 * @param segmentBytes how long one file is; less when the budget holds fewer than four of them
 * @param node in whose name the log writes down what happens to itself
 */
public record AuditLogConfig(boolean sync, long bytesMax, long segmentBytes, String node) {
  /** The default length of a segment. */
  public static final long SEGMENT_BYTES = 64L << 20;

  /** The smallest budget. */
  public static final long BYTES_MAX_LEAST = 256L << 10;

  /**
   * The least length of a segment that has room for the events of any batch; in a smaller one, a
   * batch with many contexts is refused for ever.
   */
  public static final long SEGMENT_BYTES_FOR_BATCHES = 4L << 20;

  private static final int PAGE = 4_096;
  private static final int SHARE = 16;
  private static final int SEGMENTS_LEAST = 4;
  private static final long SEGMENT_BYTES_MOST = 1L << 30;

  /** Validates. */
  public AuditLogConfig {
    if (bytesMax < BYTES_MAX_LEAST) {
      throw new IllegalArgumentException(
          "audit.bytesMax must be at least " + BYTES_MAX_LEAST + ", not " + bytesMax);
    }
    if (segmentBytes < PAGE || segmentBytes > SEGMENT_BYTES_MOST) {
      throw new IllegalArgumentException(
          "audit.segmentBytes must be from " + PAGE + " to " + SEGMENT_BYTES_MOST);
    }
  }

  /** Of a log whose node has no name. */
  public AuditLogConfig(boolean sync, long bytesMax, long segmentBytes) {
    this(sync, bytesMax, segmentBytes, "");
  }

  /** Segments of the default length. */
  public AuditLogConfig(boolean sync, long bytesMax) {
    this(sync, bytesMax, SEGMENT_BYTES);
  }

  /** The same for {@code name}. */
  public AuditLogConfig ofNode(String name) {
    return new AuditLogConfig(sync, bytesMax, segmentBytes, name);
  }

  /**
   * What segments of {@code chain} may take before those that are archived are deleted, when {@code
   * asked} is what all may: never more than half of the chain's budget, so that a log that is
   * shipped has room.
   */
  public long archivedBytesMax(String chain, long asked) {
    return chain.equals(AuditSegments.EVENTS)
        ? Math.min(asked - asked / SHARE, eventBytesMax() / 2)
        : Math.min(asked / SHARE, unauthenticatedBytesMax() / 2);
  }

  /**
   * What must be free on the disk for a further segment of {@code chain} to be made: its length,
   * and half as much for the seals that are yet to come.
   */
  public long roomBytes(String chain) {
    return roomBytes(
        chain.equals(AuditSegments.EVENTS) ? eventSegmentBytes() : unauthenticatedSegmentBytes());
  }

  static long roomBytes(int ofSegment) {
    return ofSegment + ofSegment / 2L;
  }

  long eventBytesMax() {
    return bytesMax - unauthenticatedBytesMax();
  }

  long unauthenticatedBytesMax() {
    return bytesMax / SHARE;
  }

  int eventSegmentBytes() {
    return pages(Math.min(segmentBytes, eventBytesMax() / SEGMENTS_LEAST));
  }

  int unauthenticatedSegmentBytes() {
    return pages(Math.min(segmentBytes / SHARE, unauthenticatedBytesMax() / SEGMENTS_LEAST));
  }

  private static int pages(long bytes) {
    return (int) Math.max(PAGE, bytes / PAGE * PAGE);
  }
}
