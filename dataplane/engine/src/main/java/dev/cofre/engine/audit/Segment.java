package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditRecordFormat;
import dev.cofre.contract.audit.RecordBuffer;
import dev.cofre.engine.foreign.MappedPages;
import dev.cofre.engine.processor.ShortTurns;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One mapped file of records ({@link AuditRecordFormat}), which any number of threads write without
 * a lock.
 *
 * <p>Concurrency: records follow each other without gaps, and the place behind the last one holds
 * zeros. A writer claims that place by swinging its length field from 0 to the negative length of
 * what it will write: the claim itself is in the file, so at whatever moment the process is killed,
 * a reader steps over what was claimed and not written, and never takes bytes behind the last claim
 * for a record. (A counter beside the records, raised first, would leave a gap of zeros when its
 * raiser is killed before it writes; what stands behind the gap would have to be searched for.) The
 * commit is a release store of the positive length; of several records claimed as one the first
 * length is stored last, so that they appear together.
 *
 * <p>{@code tail} is a hint, always at the beginning of a record or of the free space: writers that
 * lost the race, or find that another did not move it yet, move it on themselves.
 *
 * <p>Memory: the mapping lives as long as this object is reachable: no thread can write into
 * unmapped memory.
 */
final class Segment {
  /** What {@link #claim} returns when there is no room. */
  static final int NO_ROOM = -1;

  private static final int PAGE = 4_096;

  /** As far as most records reach. */
  private static final long RECORD_SPAN = 2L * PAGE;

  private static final int TAIL = 16;
  private static final int LINE_INTS = 32;
  private static final VarHandle TAIL_INDEX = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN).varHandle();
  private static final VarHandle LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN).varHandle();

  private final MemorySegment memory;
  private final long number;
  private final int limit;

  /** Alone on its cache lines: it changes with every record, what is beside it hardly ever. */
  private final int[] tail = new int[LINE_INTS];

  private volatile Segment next;
  private volatile boolean refused;
  private volatile boolean abandoned;

  /** Continues the segment {@code number} in {@code memory} at {@code end}. */
  Segment(MemorySegment memory, long number, int end) {
    this.memory = memory;
    this.number = number;
    this.limit = (int) memory.byteSize() & -AuditRecordFormat.ALIGNMENT;
    TAIL_INDEX.setRelease(tail, TAIL, end);
  }

  long number() {
    return number;
  }

  int limit() {
    return limit;
  }

  /** How many bytes of records an empty one takes. */
  int capacity() {
    return limit - AuditRecordFormat.SEGMENT_HEADER_LENGTH;
  }

  /** Where the free space begins, or began a moment ago. */
  int tail() {
    return (int) TAIL_INDEX.getAcquire(tail, TAIL);
  }

  Segment next() {
    return next;
  }

  void setNext(Segment successor) {
    next = successor;
  }

  /** Whether a record was refused because this one had no room and no successor. */
  boolean isStarved() {
    return refused && next == null;
  }

  void refuse() {
    if (!refused) {
      refused = true;
    }
  }

  /**
   * Claims {@code bytes}, a multiple of the alignment.
   *
   * @return where they begin, or {@link #NO_ROOM}
   */
  int claim(int bytes) {
    while (true) {
      int at = tail();
      int length;
      if (at > limit - bytes) {
        length = at == limit ? AuditRecordFormat.END : (int) INT.getAcquire(memory, (long) at);
        if (length == 0 || at == limit) {
          return NO_ROOM;
        }
      } else {
        // Read first: where the file was cut this is an InternalError, while a swap that is not
        // compiled yet ends the process.
        length = (int) INT.getAcquire(memory, (long) at);
        if (length == 0) {
          length = (int) INT.compareAndExchange(memory, (long) at, 0, -bytes);
        }
        if (length == 0) {
          TAIL_INDEX.compareAndSet(tail, TAIL, at, at + bytes);
          return at;
        }
      }
      TAIL_INDEX.compareAndSet(tail, TAIL, at, behind(at, length));
    }
  }

  /** Says that nothing follows in this segment, unless it is said already. */
  void end() {
    while (true) {
      int at = tail();
      if (at == limit) {
        return;
      }
      int length = (int) INT.compareAndExchange(memory, (long) at, 0, AuditRecordFormat.END);
      int behind = length == 0 ? limit : behind(at, length);
      TAIL_INDEX.compareAndSet(tail, TAIL, at, behind);
    }
  }

  /** Whether its file was cut. */
  boolean isAbandoned() {
    return abandoned;
  }

  /** Has nobody claim room in it any more, without touching it: its file was cut. */
  void abandon() {
    abandoned = true;
    TAIL_INDEX.setVolatile(tail, TAIL, limit);
  }

  private int behind(int at, int length) {
    if (length == AuditRecordFormat.END) {
      return limit;
    }
    return at + (length < 0 ? -length : AuditRecordFormat.aligned(length));
  }

  /** Fills what was claimed at {@code at} with {@code records} and commits it. */
  void commit(int at, byte[] records, int bytes, int firstLength) {
    // No byte of the records may be seen where the claim is not: a reader after a kill counts on
    // it.
    VarHandle.storeStoreFence();
    MemorySegment.copy(
        records,
        Integer.BYTES,
        memory,
        ValueLayout.JAVA_BYTE,
        (long) at + Integer.BYTES,
        bytes - Integer.BYTES);
    INT.setRelease(memory, (long) at, firstLength);
  }

  /**
   * Raises the count of the counted record at {@code at} by one; false when it is settled, because
   * it was sealed.
   */
  boolean raise(int at) {
    long place = (long) at + AuditRecordFormat.FORMAT_AT;
    while (true) {
      long word = (long) LONG.getVolatile(memory, place);
      if ((word & AuditRecordFormat.SETTLED) != 0) {
        return false;
      }
      if ((int) word == -1 || LONG.compareAndSet(memory, place, word, word + 1)) {
        return true;
      }
    }
  }

  /** Makes the pages from {@code from} to {@code to} writable without a fault; changes nothing. */
  void touch(int from, int to, int pageBytes) {
    ShortTurns turns = new ShortTurns();
    for (int page = from; page < Math.min(to, limit); page += pageBytes) {
      INT.getAndBitwiseOr(memory, (long) page & -pageBytes, 0);
      turns.between(System.nanoTime());
    }
  }

  /** Whether the disk can back the pages that a record at {@code at} would be written to. */
  boolean isBacked(int at) {
    long from = at & -(long) PAGE;
    return from >= limit
        || MappedPages.areWritable(
            memory.asSlice(from, Math.min(RECORD_SPAN, memory.byteSize() - from)));
  }

  /** Makes the claim at {@code at}, if it is one, a void: its writer could not write. */
  void giveUp(int at) {
    RecordBuffer records = new RecordBuffer(bytes());
    int length = records.length(at);
    if (length < 0 && records.isClaim(at, length)) {
      records.makeVoid(at, -length);
    }
  }

  /** All of it, as it is now. */
  ByteBuffer bytes() {
    return memory.asByteBuffer();
  }

  /** Forces the bytes from {@code from} to {@code to} to the disk. */
  void force(int from, int to) {
    memory.asSlice(from, to - from).force();
  }
}
