package dev.cofre.engine.seal;

import dev.cofre.contract.audit.AuditSegments;
import dev.cofre.contract.audit.seal.SealFiles;
import dev.cofre.engine.audit.MappedAuditLog;
import dev.cofre.engine.processor.Niceness;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Seals a plane's audit log while it is written: RFC 6962 trees over its records, one for each
 * chain, whose heads are signed by a key in the HSM (docs/AUDIT.md). A thread of its own reads what
 * was committed; writers never wait for it, nor know of it.
 *
 * <p>When HSM or disk fail it tries again in each period; its lag says for how long it could not.
 * Thread-safe.
 */
public final class AuditSealer implements AutoCloseable {
  /** The shortest period, in milliseconds. */
  public static final long PERIOD_MS_MIN = 10;

  /** The longest period, in milliseconds. */
  public static final long PERIOD_MS_MAX = 3_600_000;

  /** What is said of a period that cannot be. */
  public static final String PERIOD_RULE =
      "audit.sealMs must be from " + PERIOD_MS_MIN + " to " + PERIOD_MS_MAX;

  private static final System.Logger LOG = System.getLogger(AuditSealer.class.getName());
  private static final Duration CLOSE_MAX = Duration.ofSeconds(10);

  private final Path directory;
  private final HeadSigner signer;
  private final List<ChainSealer> chains;
  private final long periodNs;
  private final Clock clock;
  private final Thread thread;
  private volatile long caughtUpNs = System.nanoTime();
  private volatile boolean failing;
  private volatile boolean closing;
  private boolean keyWritten;

  /**
   * Begins to seal {@code log}, which writes to {@code directory}.
   *
   * @param node whose log it is, as heads name it
   * @param hsm where the node's signing key is, or is made
   * @param period how long an event waits for its head at most, while all is well
   */
  public AuditSealer(
      Path directory, MappedAuditLog log, String node, Hsm hsm, Duration period, Clock clock) {
    this.directory = directory.toAbsolutePath();
    this.signer = new HeadSigner(hsm, node, clock);
    this.periodNs = period.toNanos();
    this.clock = clock;
    this.chains =
        List.of(
            new ChainSealer(this.directory, AuditSegments.EVENTS, log, signer, periodNs),
            new ChainSealer(this.directory, AuditSegments.UNAUTHENTICATED, log, signer, periodNs));
    this.thread = Thread.ofPlatform().name("audit-sealer").daemon().start(this::run);
  }

  private void run() {
    Niceness.giveWay();
    while (!closing) {
      turn(false);
      LockSupport.parkNanos(this, periodNs);
    }
    turn(true);
    for (ChainSealer chain : chains) {
      try {
        chain.close();
      } catch (IOException e) {
        LOG.log(Level.WARNING, "a seal did not close cleanly: {0}", e.getMessage());
      }
    }
  }

  private void turn(boolean last) {
    long begunNs = System.nanoTime();
    try {
      writeKey();
      for (ChainSealer chain : chains) {
        chain.turn(nanos(clock.instant()), last);
      }
      caughtUpNs = begunNs;
      if (failing) {
        failing = false;
        LOG.log(Level.INFO, "the audit log is sealed again");
      }
    } catch (IOException | HsmException e) {
      failed(e, e.getMessage());
    } catch (RuntimeException | InternalError e) {
      failed(e, e.toString());
    }
  }

  private void failed(Throwable cause, String why) {
    if (!failing) {
      failing = true;
      LOG.log(Level.ERROR, "the audit log cannot be sealed, trying again until it can: {0}", why);
      LOG.log(Level.DEBUG, "the cause", cause);
    }
  }

  /** Leaves the public key beside the log, for those who have none from a safer place. */
  private void writeKey() throws IOException {
    Path file = directory.resolve(SealFiles.KEY_FILE);
    boolean isThere = Files.exists(file);
    if (keyWritten && isThere) {
      return;
    }
    String key = signer.publicKey(AuditSegments.EVENTS) + "\n";
    // A full disk keeps no node from sealing whose key is there already.
    if (!isThere || !Files.readString(file).equals(key)) {
      Path partial = directory.resolve(SealFiles.KEY_FILE + ".partial");
      Files.writeString(partial, key);
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }
    keyWritten = true;
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  /** What is sealed of {@code chain}; empty before the first head. */
  public Optional<Sealed> sealed(String chain) {
    return chains.get(chain.equals(AuditSegments.EVENTS) ? 0 : 1).sealed();
  }

  /** What it did, and how late it is. */
  public SealFigures figures() {
    return new SealFigures(
        chains.stream().mapToLong(chain -> chain.sealed().map(Sealed::size).orElse(0L)).sum(),
        chains.stream().mapToLong(ChainSealer::headsSigned).sum(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - caughtUpNs),
        !failing,
        chains.stream().mapToLong(ChainSealer::broken).sum());
  }

  /**
   * Seals all that the log holds, then stops; gives up after ten seconds, when HSM or disk do not
   * answer. Before the log is closed, and after its last record.
   */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(CLOSE_MAX)) {
        LOG.log(Level.WARNING, "the audit log's last events are sealed at the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
