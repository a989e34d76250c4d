package dev.cofre.engine.ship;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.processor.Niceness;
import dev.cofre.engine.seal.AuditSealer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Ships what is sealed of a plane's audit log to the archive, at least once, by a thread of its own
 * (docs/AUDIT.md, "Shipping"). Writers and event loops never wait for it, nor does anything else:
 * an archive that is away only has the log grow, up to its limit.
 *
 * <p>One message of at most a megabyte is under way at a time. After a failure a chain waits, twice
 * as long each time up to 15 seconds, with jitter. Thread-safe.
 */
public final class AuditShipper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AuditShipper.class.getName());
  private static final long PERIOD_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long FREE_PERIOD_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long BACKOFF_NS_MIN = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long BACKOFF_NS_MAX = TimeUnit.SECONDS.toNanos(15);
  private static final long CLOSE_MS = 10_000;

  private final ShipTarget target;
  private final List<Lane> lanes;
  private final Thread thread;
  private volatile boolean closing;
  private final LongAdder freedBytes = new LongAdder();

  /**
   * Begins to ship what {@code sealer} seals in {@code directory}.
   *
   * @param config of the log
   * @param archivedBytesMax what segments may take before archived ones are deleted; at most half
   *     of the log's budget
   */
  public AuditShipper(
      Path directory,
      AuditSealer sealer,
      AuditLogConfig config,
      long archivedBytesMax,
      ShipTarget target) {
    this.target = target;
    Path absolute = directory.toAbsolutePath();
    this.lanes =
        List.of(
            new Lane(absolute, AuditSegments.EVENTS, sealer, target, config, archivedBytesMax),
            new Lane(
                absolute, AuditSegments.UNAUTHENTICATED, sealer, target, config, archivedBytesMax));
    this.thread = Thread.ofPlatform().name("audit-shipper").daemon().start(this::run);
  }

  /** One chain with its back-off. */
  private static final class Lane {
    private final String chain;
    private final ChainShipper shipper;
    private final ArchivedSegments files;
    private long notBeforeNs = System.nanoTime();
    private long backoffNs = BACKOFF_NS_MIN;
    private long freedAtNs = System.nanoTime();
    private volatile long caughtUpNs = System.nanoTime();
    private volatile boolean failing;

    Lane(
        Path directory,
        String chain,
        AuditSealer sealer,
        ShipTarget target,
        AuditLogConfig config,
        long archivedBytesMax) {
      this.chain = chain;
      this.shipper = new ChainShipper(directory, chain, () -> sealer.sealed(chain), target);
      this.files =
          new ArchivedSegments(
              directory,
              chain,
              config.archivedBytesMax(chain, archivedBytesMax),
              config.roomBytes(chain));
    }

    /** One message, unless it is too early after a failure; whether more is to be sent at once. */
    boolean turn() {
      if (System.nanoTime() - notBeforeNs < 0) {
        return false;
      }
      try {
        boolean more = shipper.turn();
        if (failing) {
          failing = false;
          LOG.log(Level.INFO, "the audit log''s {0} is shipped again", chain);
        }
        backoffNs = BACKOFF_NS_MIN;
        if (!more) {
          caughtUpNs = System.nanoTime();
        }
        return more;
      } catch (IOException | RuntimeException | InternalError e) {
        failed(e);
        return false;
      }
    }

    private void failed(Throwable failure) {
      if (!failing) {
        failing = true;
        LOG.log(
            Level.WARNING,
            "the audit log''s {0} cannot be shipped, trying again until it can: {1}",
            chain,
            failure instanceof IOException ? failure.getMessage() : failure.toString());
        LOG.log(Level.DEBUG, "the cause", failure);
      }
      shipper.forget();
      long jitterNs = ThreadLocalRandom.current().nextLong(backoffNs / 2 + 1);
      notBeforeNs = System.nanoTime() + backoffNs + jitterNs;
      backoffNs = Math.min(BACKOFF_NS_MAX, backoffNs * 2);
    }

    long free() {
      if (System.nanoTime() - freedAtNs < FREE_PERIOD_NS) {
        return 0;
      }
      freedAtNs = System.nanoTime();
      try {
        return files.free(shipper.acknowledged());
      } catch (IOException e) {
        LOG.log(Level.WARNING, "archived segments cannot be deleted: {0}", e.getMessage());
        return 0;
      }
    }

    long lagEvents() {
      return Math.max(0, shipper.sealed() - shipper.acknowledged());
    }

    long lagMs() {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - caughtUpNs);
    }
  }

  private void run() {
    Niceness.giveWay();
    while (!closing) {
      boolean more = false;
      for (Lane lane : lanes) {
        more |= !closing && lane.turn();
        freedBytes.add(lane.free());
      }
      if (!more) {
        LockSupport.parkNanos(this, PERIOD_NS);
      }
    }
    lanes.forEach(lane -> lane.shipper.close());
  }

  /** What it did, and how late it is. */
  public ShipFigures figures() {
    return new ShipFigures(
        lanes.stream().mapToLong(lane -> lane.shipper.shipped()).sum(),
        lanes.stream().mapToLong(Lane::lagEvents).sum(),
        lanes.stream().mapToLong(Lane::lagMs).max().orElse(0),
        lanes.stream().noneMatch(lane -> lane.failing),
        freedBytes.sum());
  }

  /** Stops after the message that is under way; what is left is shipped after the next start. */
  @Override
  public void close() {
    closing = true;
    // What is under way fails now; if it was taken, it is not taken again.
    target.close();
    LockSupport.unpark(thread);
    try {
      if (!thread.join(Duration.ofMillis(CLOSE_MS))) {
        LOG.log(Level.WARNING, "the audit shipper still waits for the archive");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
