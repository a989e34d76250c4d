package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * An audit log in mapped files: an append encodes its events, claims room, copies and commits, all
 * on the caller's thread and without a lock (docs/PROTOCOL.md, "The audit log's bytes").
 *
 * <p>Durability: what is committed lies in the kernel's page cache and survives a kill of the
 * process; with {@code sync} it was also forced to the disk, which survives a power cut.
 *
 * <p>Memory: events are written by the foreign memory API, not through Agrona's buffers: its access
 * is checked against the bounds and the life of the mapping, where a mistake with the other would
 * write into memory of something else, and it needs no access to the JDK's internals. An append of
 * ASCII texts makes no garbage; without {@code sync} all that succeed return the same completed
 * future.
 *
 * <p>Thread-safe. Blocks in {@link #open} and {@link #close} only.
 */
public final class MappedAuditLog implements AuditLog {
  private static final System.Logger LOG = System.getLogger(MappedAuditLog.class.getName());
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final DirectoryLock lock;
  private final SegmentKeeper keeper = new SegmentKeeper();
  private final SegmentChain events;
  private final SegmentChain unauthenticated;
  private final UnauthenticatedCounts counts;
  private final DiskSync disk;
  private final LongAdder recorded = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder counted = new LongAdder();
  private final TornClaims torn = new TornClaims();
  private volatile boolean faulty;

  /** Whether the disk could not back a page, and nothing was written since. */
  private volatile boolean unwritable;

  private volatile boolean closed;

  private MappedAuditLog(Path directory, AuditLogConfig config, DirectoryLock lock)
      throws IOException {
    this.lock = lock;
    this.events =
        chain(
            directory,
            AuditSegments.EVENTS,
            config.eventSegmentBytes(),
            config.eventBytesMax(),
            config.node());
    this.unauthenticated =
        chain(
            directory,
            AuditSegments.UNAUTHENTICATED,
            config.unauthenticatedSegmentBytes(),
            config.unauthenticatedBytesMax(),
            config.node());
    this.counts = new UnauthenticatedCounts(unauthenticated);
    this.disk = config.sync() ? new DiskSync() : null;
    keeper.start(List.of(events, unauthenticated), this::lookAgain);
  }

  private SegmentChain chain(
      Path directory, String name, int segmentBytes, long bytesMax, String node)
      throws IOException {
    return new SegmentChain(
        new SegmentFiles(directory, name, segmentBytes, bytesMax), node, keeper::wake);
  }

  /**
   * Opens the log in {@code directory}, which is created with mode 0700 when it is not there; goes
   * on behind the last record.
   *
   * @throws IOException when it cannot be written, or another process has it open
   */
  public static MappedAuditLog open(Path directory, AuditLogConfig config) throws IOException {
    Path absolute = directory.toAbsolutePath();
    SecretFiles.createDirectory(absolute);
    DirectoryLock lock = DirectoryLock.acquire(absolute);
    try {
      return new MappedAuditLog(absolute, config, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  @Override
  public CompletableFuture<Void> append(AuditEvent event) {
    try {
      Records records = Records.ofThread();
      records.encoder().add(event);
      return append(records, 1);
    } catch (RuntimeException | InternalError e) {
      return failed(e);
    }
  }

  @Override
  public CompletableFuture<Void> append(List<AuditEvent> all) {
    try {
      if (all.isEmpty()) {
        return DONE;
      }
      Records records = Records.ofThread();
      for (int i = 0; i < all.size(); i++) {
        records.encoder().add(all.get(i));
      }
      return append(records, all.size());
    } catch (RuntimeException | InternalError e) {
      return failed(e);
    }
  }

  private CompletableFuture<Void> append(Records records, int count) {
    if (isStopped() || !events.append(records)) {
      return refuse();
    }
    recorded.add(count);
    if (faulty) {
      faulty = false;
      unwritable = false;
    }
    return disk == null
        ? DONE
        : disk.await(records.segment(), records.at(), records.at() + records.length());
  }

  @Override
  public CompletableFuture<Void> countUnauthenticated(AuditEvent event) {
    try {
      UnauthenticatedCounts.Place place = isStopped() ? null : counts.count(event);
      if (place == null) {
        return refuse();
      }
      counted.increment();
      return disk == null
          ? DONE
          : disk.await(place.segment(), place.at(), place.at() + place.length());
    } catch (RuntimeException | InternalError e) {
      return failed(e);
    }
  }

  private boolean isStopped() {
    return closed || (disk != null && !disk.isWorking());
  }

  private CompletableFuture<Void> refuse() {
    refused.increment();
    return Refusal.future();
  }

  /** An InternalError is a mapped page that the disk could not back. Said once, not each time. */
  private CompletableFuture<Void> failed(Throwable cause) {
    if (cause instanceof InternalError) {
      torn.addLastOfThread();
      unwritable = true;
    }
    if (!faulty) {
      faulty = true;
      LOG.log(Level.ERROR, "an audit record could not be written", cause);
      keeper.wake();
    }
    return refuse();
  }

  /** Whether what the disk could not back is there now: who is told to stay away tries nothing. */
  private void lookAgain() {
    if (!events.isBacked()) {
      return;
    }
    torn.giveUp();
    if (unwritable) {
      unwritable = false;
      faulty = false;
      LOG.log(Level.INFO, "the audit log can be written again");
    }
  }

  /**
   * Whether a claim at byte {@code at} of {@code segment} of {@code chain} was made by an earlier
   * process, so that nobody will commit it.
   */
  public boolean isDead(String chain, long segment, int at) {
    return (chain.equals(AuditSegments.EVENTS) ? events : unauthenticated).isDead(segment, at);
  }

  @Override
  public boolean isAvailable() {
    return !isStopped() && !unwritable && events.isAvailable();
  }

  @Override
  public AuditFigures figures() {
    long used = events.bytesUsed() + unauthenticated.bytesUsed();
    long most = events.bytesMax() + unauthenticated.bytesMax();
    return new AuditFigures(
        recorded.sum(),
        used,
        Math.max(0, most - used),
        refused.sum(),
        events.losses() + unauthenticated.losses(),
        counted.sum(),
        events.diskBytesFree(),
        events.lacksNext());
  }

  @Override
  public void close() {
    closed = true;
    keeper.close();
    if (disk != null) {
      disk.close();
    }
    lock.close();
  }
}
