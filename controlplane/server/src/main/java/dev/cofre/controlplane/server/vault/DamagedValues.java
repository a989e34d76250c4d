package dev.cofre.controlplane.server.vault;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * That stored values which do not open were met. Thread-safe.
 *
 * <p>It tells of the last {@value #TOLD_S} s: who reads such a value again keeps it told, and after
 * it was mended, or its secret got another value, nothing has to be taken back.
 */
public final class DamagedValues {
  private static final System.Logger LOG = System.getLogger(DamagedValues.class.getName());
  private static final long TOLD_S = 600;
  private static final long LOGGED_NS = 60_000_000_000L;
  private static final long TOLD_NS = TOLD_S * 1_000_000_000;

  private final LongSupplier nanoTime;
  private final LongAdder met = new LongAdder();
  private volatile boolean any;
  private volatile long lastNs;
  private String logged = "";
  private long loggedNs;

  /** Takes the time from {@code nanoTime}, in nanoseconds from any beginning. */
  public DamagedValues(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Notes {@code damage}: what a caller who may read the value is told of it. */
  public ProblemException met(DamagedValueException damage) {
    met.increment();
    lastNs = nanoTime.getAsLong();
    any = true;
    log(damage.getMessage());
    return new ProblemException(
        ErrorCode.CONFLICT,
        damage.getMessage()
            + "; its owner gives it another value (cofre secret put), or an operator restores the"
            + " store");
  }

  /** Once a minute for one that is read again and again. */
  private synchronized void log(String message) {
    if (!message.equals(logged) || lastNs - loggedNs > LOGGED_NS) {
      LOG.log(Level.ERROR, message);
      logged = message;
      loggedNs = lastNs;
    }
  }

  /** Whether one was met lately. */
  public boolean lately() {
    return any && nanoTime.getAsLong() - lastNs < TOLD_NS;
  }

  /** How often one was met. */
  public long count() {
    return met.sum();
  }
}
