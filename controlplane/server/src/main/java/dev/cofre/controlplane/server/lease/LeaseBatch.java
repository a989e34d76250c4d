package dev.cofre.controlplane.server.lease;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.schedule.SystemAudit;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * Removes due credentials of one engine, a few by one login. Thread-safe.
 *
 * <p>Those that were ended before their time are removed first, and without a rest: they work
 * still. The others let nobody log in any more, where the system enforces their end and was told no
 * later one, and are removed at a {@link Pace}; where it enforces none, without a rest too.
 *
 * <p>Who takes leases has them alone for {@link #CLAIM}; then they are due again, for whoever comes
 * first, so a kill loses nothing. To remove a credential twice does no harm.
 */
final class LeaseBatch {
  /** So short that what a killed control plane had taken is not late. */
  static final Duration CLAIM = Duration.ofSeconds(20);

  private static final System.Logger LOG = System.getLogger(LeaseBatch.class.getName());
  private static final int SIZE = 20;

  /** Of a system that is this slow the rest is let go: another one may have it after the claim. */
  private static final long WORK_MAX_NS = CLAIM.toNanos() / 2;

  private final Store store;
  private final RootLogin roots;
  private final SystemAudit audit;
  private final Pace pace;
  private final LongAdder removed = new LongAdder();

  LeaseBatch(Store store, RootLogin roots, SystemAudit audit, Pace pace) {
    this.pace = pace;
    this.store = store;
    this.roots = roots;
    this.audit = audit;
  }

  /** How many credentials were removed here. */
  long removed() {
    return removed.sum();
  }

  /** How a batch went: how many were due, and whether the system answered. */
  record Result(int taken, boolean reached) {}

  /**
   * Takes some that are due and removes them.
   *
   * @param closing says when to take no further one; the rest is due again after {@link #CLAIM}
   */
  Result run(UUID engine, BooleanSupplier closing) {
    long beganNs = System.nanoTime();
    List<Lease> due =
        store.note(tx -> tx.leases().claim(engine, tx.now(), tx.now().plus(CLAIM), SIZE));
    if (due.isEmpty()) {
      return new Result(0, true);
    }
    Instant claimedAt = due.getFirst().nextAt().minus(CLAIM);
    long workingNs = beganNs;
    try (Session session = roots.open(engine)) {
      for (int i = 0; i < due.size() && isTime(beganNs) && !closing.getAsBoolean(); i++) {
        if (!remove(session, due.get(i))) {
          away(due.subList(i + 1, due.size()), "the target cannot be reached");
          return new Result(due.size(), false);
        }
        long nowNs = System.nanoTime();
        Instant now = claimedAt.plusNanos(nowNs - beganNs);
        if (session.endsCredentials()) {
          pace.rest(due.get(i).expiresAt(), now, nowNs - workingNs);
        }
        workingNs = System.nanoTime();
      }
      return new Result(due.size(), true);
    } catch (TargetException e) {
      LOG.log(
          Level.WARNING,
          "credentials of the engine {0} are due to go and cannot yet: {1}",
          engine,
          e.getMessage());
      away(due, e.getMessage());
    } catch (ProblemException | HsmException | IllegalStateException e) {
      LOG.log(
          Level.WARNING,
          "the root user''s password of the engine {0} cannot be opened: {1}",
          engine,
          e.getMessage());
      away(due, "the root user's password cannot be opened");
    }
    return new Result(due.size(), false);
  }

  private static boolean isTime(long beganNs) {
    return System.nanoTime() - beganNs < WORK_MAX_NS;
  }

  /** Whether the login still holds. */
  private boolean remove(Session session, Lease lease) {
    try {
      session.revoke(lease.userName(), lease.owned());
    } catch (TargetException e) {
      boolean away = e.kind() == TargetException.Kind.AWAY;
      LOG.log(
          Level.WARNING,
          "the credential of the lease {0} could not be removed, attempt {1}: {2}",
          lease.id(),
          Integer.toString(lease.attempts() + 1),
          e.getMessage());
      failed(List.of(lease), e.getMessage(), away ? RetryTimes.AWAY : RetryTimes.REFUSED);
      return !away;
    }
    audit.record(ManagementAction.LEASE_END, lease.id() + " " + lease.userName(), lease.reason());
    if (store.note(tx -> tx.leases().gone(lease, tx.now()))) {
      removed.increment();
    }
    return true;
  }

  private void away(List<Lease> leases, String why) {
    failed(leases, why, RetryTimes.AWAY);
  }

  private void failed(List<Lease> leases, String why, RetryTimes times) {
    store.note(
        tx -> {
          for (Lease lease : leases) {
            Duration wait = times.after(lease.attempts(), ThreadLocalRandom.current());
            tx.leases().failed(lease.id(), why, tx.now().plus(wait));
          }
          return null;
        });
  }
}
