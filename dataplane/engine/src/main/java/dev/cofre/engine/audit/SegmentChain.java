package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditEvent;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Segments one after the other: any number of threads append, one background thread keeps the next
 * segment and the next pages ready.
 *
 * <p>Concurrency: {@code active} only ever moves on to its successor, by compare-and-set of whoever
 * finds it full first; before that the segment is told that it has ended, so a record that comes
 * later in time never stands in an earlier segment. Nobody waits: when the successor is not there,
 * the record is refused.
 */
final class SegmentChain {
  private static final System.Logger LOG = System.getLogger(SegmentChain.class.getName());
  private static final int PAGE = 4_096;

  /** So far ahead of the records pages are made writable; 40 ms at 200 MB/s. */
  private static final int TOUCHED_AHEAD = 8 << 20;

  /** After so many bytes the keeper is woken to touch more. */
  private static final int WAKE_BITS = 20;

  private static final long RECOUNT_NS = TimeUnit.SECONDS.toNanos(1);

  /** After so long it is tried again to make a further segment; refused records do not hurry it. */
  private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final long COMMITTED_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final VarHandle ACTIVE = activeHandle();

  private final SegmentFiles files;
  private final String node;
  private final Runnable wakeKeeper;
  private final long recoveredNumber;
  private final int recoveredEnd;
  private volatile Segment active;
  private volatile long bytesBefore;
  private volatile long diskBytesFree;
  private volatile boolean lacksNext;
  private final LongAdder losses = new LongAdder();

  // Of the keeper's thread alone.
  private Segment touched;
  private int touchedTo;
  private long countedNs;
  private long triedNs;
  private String complaint;

  /** Whose files were deleted and are not written again yet. */
  private final Deque<Segment> deleted = new ArrayDeque<>();

  private long restoreTriedNs;
  private boolean restoreFailed;

  private static VarHandle activeHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(SegmentChain.class, "active", Segment.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Continues the chain of {@code files}, which {@code node} writes; {@code wakeKeeper} has {@link
   * #maintain} called soon.
   */
  SegmentChain(SegmentFiles files, String node, Runnable wakeKeeper) throws IOException {
    this.files = files;
    this.node = node;
    this.wakeKeeper = wakeKeeper;
    this.active = files.recover();
    this.recoveredNumber = active.number();
    this.recoveredEnd = active.tail();
    maintain();
    // What is left of the last page has room for hardly any record: this is said from the start.
    if (active.limit() - active.tail() < PAGE && active.next() == null) {
      active.refuse();
    }
  }

  /** Whether a claim at {@code at} of {@code segment} is of an earlier process. */
  boolean isDead(long segment, int at) {
    return segment < recoveredNumber || (segment == recoveredNumber && at < recoveredEnd);
  }

  /** Appends {@code records} as one; false when there is no room for all of them. */
  boolean append(Records records) {
    int length = records.length();
    Segment segment = active;
    while (true) {
      int at = segment.claim(length);
      if (at != Segment.NO_ROOM) {
        records.commit(segment, at);
        if (at >>> WAKE_BITS != (at + length) >>> WAKE_BITS) {
          wakeKeeper.run();
        }
        return true;
      }
      Segment next = segment.next();
      if (next == null || length > next.capacity()) {
        segment.refuse();
        wakeKeeper.run();
        return false;
      }
      segment.end();
      if (ACTIVE.compareAndSet(this, segment, next)) {
        wakeKeeper.run();
      }
      segment = active;
    }
  }

  /** Whether the last record had room, or there is room again. */
  boolean isAvailable() {
    return !active.isStarved();
  }

  long bytesUsed() {
    return bytesBefore + active.tail();
  }

  long bytesMax() {
    return files.bytesMax();
  }

  /** What was free on the disk when it was last looked. */
  long diskBytesFree() {
    return diskBytesFree;
  }

  /** Whether no further segment could be made. */
  boolean lacksNext() {
    return lacksNext;
  }

  /** Whether the disk can back what is written next. Of the keeper's thread. */
  boolean isBacked() {
    Segment segment = active;
    return segment.isBacked(segment.tail());
  }

  /** Makes what will be written next ready. Of the keeper's thread, and of the constructor's. */
  void maintain() {
    replaceLost(active);
    restoreDeleted();
    Segment segment = active;
    boolean isNew = segment != touched;
    if (isNew) {
      touched = segment;
      touchedTo = segment.tail();
    }
    touch(segment);
    if (segment.next() == null) {
      prepareNext(segment);
    }
    long now = System.nanoTime();
    if (isNew || now - countedNs > RECOUNT_NS) {
      countedNs = now;
      recount(segment);
    }
  }

  /** How often a file was found deleted or cut while it was written. */
  long losses() {
    return losses.sum();
  }

  /**
   * Begins a new segment when the file of {@code segment} is not there any more, or is shorter than
   * it was: its first record says so. What was deleted is still in memory and is written again.
   */
  private void replaceLost(Segment segment) {
    Segment next = segment.next();
    if (next != null && files.state(next) != SegmentFiles.State.WHOLE) {
      segment.setNext(null);
      next = null;
    }
    SegmentFiles.State state = files.state(segment);
    if (state == SegmentFiles.State.WHOLE) {
      return;
    }
    try {
      if (next == null) {
        next = files.create(segment.number() + 1);
      }
      Records records = Records.ofThread();
      records.encoder().add(loss(segment, state));
      records.commit(next, next.claim(records.length()));
      segment.setNext(next);
      if (state == SegmentFiles.State.CUT) {
        segment.abandon();
      } else {
        segment.end();
      }
      ACTIVE.compareAndSet(this, segment, next);
      losses.increment();
      LOG.log(Level.ERROR, "{0}", files.describe(segment.number(), state));
      if (state == SegmentFiles.State.DELETED) {
        deleted.add(segment);
        // Who has claimed room by now has long committed after this.
        LockSupport.parkNanos(COMMITTED_AFTER_NS);
      }
    } catch (IOException e) {
      segment.refuse();
      complain(segment, files.describe(segment.number(), state) + "; " + e.getMessage());
    }
  }

  /** Until it has worked the events are in memory alone. */
  private void restoreDeleted() {
    if (deleted.isEmpty() || (restoreFailed && System.nanoTime() - restoreTriedNs < RECOUNT_NS)) {
      return;
    }
    restoreTriedNs = System.nanoTime();
    try {
      while (!deleted.isEmpty()) {
        files.restore(deleted.peek());
        deleted.remove();
      }
      restoreFailed = false;
    } catch (IOException e) {
      if (!restoreFailed) {
        restoreFailed = true;
        LOG.log(
            Level.ERROR,
            "a deleted file of the audit log cannot be written again, trying until it can: {0}",
            e.getMessage());
      }
    }
  }

  private AuditEvent loss(Segment segment, SegmentFiles.State state) {
    return AuditEvent.of(Instant.now(), node, "-", "audit:loss")
        .key(files.describe(segment.number(), state))
        .failed("audit_file_lost")
        .build();
  }

  private void prepareNext(Segment segment) {
    long now = System.nanoTime();
    if (lacksNext && now - triedNs < RETRY_NS) {
      return;
    }
    triedNs = now;
    try {
      boolean refused = segment.isStarved();
      // Who is refused waits for no more than the file.
      Segment next =
          refused
              ? files.create(segment.number() + 1)
              : files.createInMemory(segment.number() + 1, () -> touch(segment));
      next.touch(0, Math.min(TOUCHED_AHEAD, next.limit()), PAGE);
      segment.setNext(next);
      lacksNext = false;
      if (complaint != null) {
        complaint = null;
        LOG.log(
            Level.INFO, refused ? "the audit log can be written again" : "the audit log has room");
      }
    } catch (IOException e) {
      lacksNext = true;
      complain(segment, e.getMessage());
    }
  }

  /** Says once that it will be full, and once that it is. */
  private void complain(Segment segment, String why) {
    String now =
        segment.isStarved()
            ? "the audit log cannot be written, requests are refused until it can: "
            : "the audit log is in its last segment, it gets no further one: ";
    if (!(now + why).equals(complaint)) {
      complaint = now + why;
      LOG.log(segment.isStarved() ? Level.ERROR : Level.WARNING, "{0}", complaint);
    }
  }

  private void touch(Segment segment) {
    int until = (int) Math.min((long) segment.tail() + TOUCHED_AHEAD, segment.limit());
    // Where the disk cannot back a page, touching it is an error, or the end of the process.
    if (until > touchedTo && segment.isBacked(touchedTo)) {
      segment.touch(touchedTo, until, PAGE);
      touchedTo = until;
    }
  }

  private void recount(Segment segment) {
    diskBytesFree = files.diskBytesFree();
    try {
      bytesBefore = files.bytesBefore(segment.number());
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the audit log's files cannot be listed", e);
    }
  }
}
