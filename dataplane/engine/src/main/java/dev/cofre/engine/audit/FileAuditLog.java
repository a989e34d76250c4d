package dev.cofre.engine.audit;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.hsm.SecretFiles;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An audit log in one file of JSON lines.
 *
 * <p>Concurrency: callers put encoded lines into a bounded queue; one writer thread takes all that
 * wait, writes them with one call (and one sync in strict mode) and completes their futures. A full
 * queue or a failed write refuses.
 *
 * <p>Durability: what was acknowledged was written to the file, which survives a kill of the
 * process; with {@code sync} it was also forced to the disk, which survives a power cut. A torn
 * last line, left by a kill in mid-write, was never acknowledged and is cut off at the next start.
 */
public final class FileAuditLog implements AuditLog {
  private static final System.Logger LOG = System.getLogger(FileAuditLog.class.getName());
  private static final int QUEUE_MAX = 16_384;
  private static final int BATCH_MAX = 1_024;
  private static final long BATCH_BYTES_MAX = 4L << 20;
  private static final long QUEUE_BYTES_MAX = 64L << 20;
  private static final long PROBE_MS = 1_000;
  private static final int PROBE_BYTES = 4_096;

  private final FileChannel channel;
  private final FileLock lock;
  private final boolean sync;
  private final long bytesMax;
  private final BlockingQueue<Entry> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
  private final Thread writer;
  private long length;
  private volatile boolean available = true;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final WriteBuffer pending = new WriteBuffer();
  private boolean torn;
  private volatile boolean closing;
  private volatile boolean terminated;

  private record Entry(byte[] lines, CompletableFuture<Void> done) {}

  private FileAuditLog(
      FileChannel channel, FileLock lock, boolean sync, long bytesMax, long length) {
    this.channel = channel;
    this.lock = lock;
    this.sync = sync;
    this.bytesMax = bytesMax;
    this.length = length;
    this.writer = Thread.ofPlatform().name("audit-writer").daemon().start(this::run);
  }

  /**
   * Opens or creates {@code file} with mode 0600.
   *
   * @param sync whether each batch is forced to the disk
   * @param bytesMax the length at which the log is full and refuses
   * @throws IOException when it cannot be opened or another process holds it
   */
  public static FileAuditLog open(Path file, boolean sync, long bytesMax) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
      throw new IOException("another process writes the audit log " + file);
    }
    long whole = wholeLines(channel);
    if (whole < channel.size()) {
      LOG.log(
          Level.WARNING,
          "the audit log ended in a torn line, which was never acknowledged: cut off {0} bytes",
          channel.size() - whole);
      channel.truncate(whole);
    }
    channel.position(whole);
    SecretFiles.syncDirectory(file.toAbsolutePath().getParent());
    return new FileAuditLog(channel, lock, sync, bytesMax, whole);
  }

  /** The length up to and including the last line's end. */
  private static long wholeLines(FileChannel channel) throws IOException {
    long end = channel.size();
    ByteBuffer block = ByteBuffer.allocate(64 * 1024);
    while (end > 0) {
      long start = Math.max(0, end - block.capacity());
      block.clear().limit((int) (end - start));
      int read;
      do {
        read = channel.read(block, start + block.position());
      } while (read > 0 && block.hasRemaining());
      for (int i = block.position() - 1; i >= 0; i--) {
        if (block.get(i) == '\n') {
          return start + i + 1;
        }
      }
      end = start;
    }
    return 0;
  }

  @Override
  public CompletableFuture<Void> append(List<AuditEvent> events) {
    StringBuilder lines = new StringBuilder(320 * Math.min(events.size(), 1_024));
    for (AuditEvent event : events) {
      lines.append(event.toJson()).append('\n');
    }
    Entry entry =
        new Entry(lines.toString().getBytes(StandardCharsets.UTF_8), new CompletableFuture<>());
    if (closing || !enqueue(entry)) {
      entry.done.completeExceptionally(refusal());
    }
    return entry.done;
  }

  private boolean enqueue(Entry entry) {
    if (queuedBytes.addAndGet(entry.lines.length) > QUEUE_BYTES_MAX || !queue.offer(entry)) {
      queuedBytes.addAndGet(-entry.lines.length);
      return false;
    }
    // The writer sets this before it empties the queue for the last time: one of us two sees the
    // entry.
    return !terminated;
  }

  @Override
  public boolean isAvailable() {
    return available && !closing;
  }

  private void run() {
    List<Entry> batch = new ArrayList<>(BATCH_MAX);
    while (!closing || !queue.isEmpty()) {
      try {
        take(batch);
        if (batch.isEmpty()) {
          probe();
        } else {
          write(batch);
        }
      } catch (InterruptedException e) {
        LOG.log(
            Level.WARNING, "the audit log's writer was interrupted; it goes on until it is closed");
      } catch (RuntimeException e) {
        fail(batch, new IOException(e));
      }
      batch.clear();
    }
    terminated = true;
    for (Entry late = queue.poll(); late != null; late = queue.poll()) {
      late.done.completeExceptionally(refusal());
    }
  }

  /** Takes what waits, up to a batch's limits; nothing when nothing came for a while. */
  private void take(List<Entry> batch) throws InterruptedException {
    Entry entry = queue.poll(PROBE_MS, TimeUnit.MILLISECONDS);
    long bytes = 0;
    while (entry != null) {
      batch.add(entry);
      bytes += entry.lines.length;
      queuedBytes.addAndGet(-entry.lines.length);
      entry = batch.size() < BATCH_MAX && bytes < BATCH_BYTES_MAX ? queue.poll() : null;
    }
  }

  private void write(List<Entry> batch) {
    try {
      long total = 0;
      for (Entry entry : batch) {
        total += entry.lines.length;
      }
      if (length + total > bytesMax) {
        throw new IOException("it has reached its limit of " + bytesMax + " bytes");
      }
      cutBack();
      for (Entry entry : batch) {
        pending.put(entry.lines, channel);
      }
      pending.flush(channel);
      if (sync) {
        channel.force(false);
      }
      length += total;
      available = true;
      batch.forEach(entry -> entry.done.complete(null));
    } catch (IOException e) {
      fail(batch, e);
    }
  }

  private void fail(List<Entry> batch, IOException cause) {
    if (available) {
      LOG.log(
          Level.ERROR,
          "the audit log cannot be written, requests are refused until it can: {0}",
          cause.getMessage());
    }
    available = false;
    torn = true;
    pending.clear();
    try {
      cutBack();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the audit log cannot be cut back yet", e);
    }
    batch.forEach(entry -> entry.done.completeExceptionally(refusal()));
  }

  /**
   * Half-written lines must not stay: they were not acknowledged, and the next ones must begin a
   * line.
   */
  private void cutBack() throws IOException {
    if (torn) {
      channel.truncate(length);
      channel.position(length);
      torn = false;
    }
  }

  /**
   * While the log refuses, a node gets no requests: so it finds out by itself whether it can write
   * again.
   */
  private void probe() {
    if (available || length + PROBE_BYTES > bytesMax) {
      return;
    }
    try {
      cutBack();
      torn = true;
      pending.put(new byte[PROBE_BYTES], channel);
      pending.flush(channel);
      cutBack();
      available = true;
      LOG.log(Level.INFO, "the audit log can be written again");
    } catch (IOException e) {
      pending.clear();
      LOG.log(Level.DEBUG, "the audit log still cannot be written", e);
    }
  }

  private static ProblemException refusal() {
    return new ProblemException(
        ErrorCode.AUDIT_UNAVAILABLE,
        "the audit log cannot take a record, so nothing is done; try again, and see the node's log");
  }

  @Override
  public void close() {
    closing = true;
    // Wakes the writer; when the queue is full it is awake.
    queue.offer(new Entry(new byte[0], new CompletableFuture<>()));
    try {
      writer.join();
      lock.release();
      channel.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the audit log cannot be closed: {0}", e.getMessage());
    }
  }
}
