package dev.cofre.controlplane.server.lease;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Lease;
import dev.cofre.controlplane.domain.SecretEngine;
import dev.cofre.controlplane.server.dynamic.DynamicEngine.Session;
import dev.cofre.controlplane.server.dynamic.Removals;
import dev.cofre.controlplane.server.dynamic.Removals.Outcome;
import dev.cofre.controlplane.server.dynamic.Removals.Removal;
import dev.cofre.controlplane.server.dynamic.TargetException;
import dev.cofre.controlplane.server.schedule.SystemAudit;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * Removes due credentials of one engine, some by one login, and as many of them at once as its
 * system takes together. Thread-safe.
 *
 * <p>Those that were ended before their time are removed first, and without a rest: they work
 * still. The others let nobody log in any more, where the system enforces their end and was told no
 * later one, and are removed at a {@link Pace}; where it enforces none, without a rest too.
 *
 * <p>Who takes leases has them alone for {@link #CLAIM}; then they are due again, for whoever comes
 * first, so a kill loses nothing. To remove a credential twice does no harm. Those that went
 * together are on the audit log, each with its event, before the store says so, by one write each.
 */
final class LeaseBatch {
  /** So short that what a killed control plane had taken is not late. */
  static final Duration CLAIM = Duration.ofSeconds(20);

  private static final System.Logger LOG = System.getLogger(LeaseBatch.class.getName());

  /** The least that are taken: one after the other they take some seconds at most. */
  private static final int SIZE_MIN = 20;

  /** So many times what is removed at once are taken by one look and one login, where it works. */
  private static final int PIECES = 4;

  /** Of a system that is this slow the rest is let go: another one may have it after the claim. */
  private static final long WORK_MAX_NS = CLAIM.toNanos() / 2;

  private final Store store;
  private final RootLogin roots;
  private final SystemAudit audit;
  private final Pace pace;
  private final LongAdder removed = new LongAdder();

  /** Engines whose credentials went together the last time; of others a task takes few. */
  private final Set<UUID> together = ConcurrentHashMap.newKeySet();

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

  /** What is due, first what may work still, and how many go at once. */
  private record Claimed(List<Lease> leases, int atOnce) {
    private static final Claimed NONE = new Claimed(List.of(), 1);

    private Instant at() {
      return leases.getFirst().nextAt().minus(CLAIM);
    }

    private boolean mayWork(Lease lease) {
      return lease.expiresAt().isAfter(at());
    }

    private List<Duration> overdue(List<Lease> piece) {
      return piece.stream().map(lease -> Duration.between(lease.expiresAt(), at())).toList();
    }

    /** Those from {@code first} on that go at once: of one kind, as the pace is by kind. */
    private List<Lease> piece(int first) {
      boolean works = mayWork(leases.get(first));
      int end = first + 1;
      while (end < leases.size() && end - first < atOnce && mayWork(leases.get(end)) == works) {
        end++;
      }
      return leases.subList(first, end);
    }
  }

  /**
   * Takes some that are due and removes them.
   *
   * @param closing says when to take no further one; the rest is due again after {@link #CLAIM}
   */
  Result run(UUID engine, BooleanSupplier closing) {
    long beganNs = System.nanoTime();
    Claimed claimed = store.note(tx -> claim(tx, engine));
    List<Lease> due = claimed.leases;
    if (due.isEmpty()) {
      return new Result(0, true);
    }
    BooleanSupplier goesOn = () -> isTime(beganNs) && !closing.getAsBoolean();
    long workingNs = beganNs;
    try (Session session = roots.open(engine)) {
      int done = 0;
      while (done < due.size() && goesOn.getAsBoolean()) {
        List<Lease> piece = claimed.piece(done);
        done += piece.size();
        if (!remove(session, piece, goesOn)) {
          away(due.subList(done, due.size()), "the target cannot be reached");
          return new Result(due.size(), false);
        }
        if (session.endsCredentials() && !claimed.mayWork(piece.getFirst())) {
          pace.rest(claimed.overdue(piece), System.nanoTime() - workingNs);
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

  private Claimed claim(Transaction tx, UUID engine) {
    Optional<SecretEngine> found = tx.engines().find(engine);
    if (found.isEmpty()) {
      together.remove(engine);
      return Claimed.NONE;
    }
    int atOnce = roots.removedAtOnce(found.get());
    int size = Math.max(SIZE_MIN, together.contains(engine) ? PIECES * atOnce : atOnce);
    Instant now = tx.now();
    return new Claimed(tx.leases().claim(engine, now, now.plus(CLAIM), size), atOnce);
  }

  private static boolean isTime(long beganNs) {
    return System.nanoTime() - beganNs < WORK_MAX_NS;
  }

  /** Whether the login still holds. */
  private boolean remove(Session session, List<Lease> piece, BooleanSupplier goesOn) {
    Outcome outcome =
        Removals.remove(
            session,
            piece.stream().map(lease -> new Removal(lease.userName(), lease.owned())).toList(),
            goesOn,
            names -> gone(piece.stream().filter(one -> names.contains(one.userName())).toList()));
    remember(piece, outcome);
    boolean away =
        outcome.failed().values().stream()
            .anyMatch(failure -> failure.kind() == TargetException.Kind.AWAY);
    List<Lease> untried = new ArrayList<>();
    for (Lease lease : piece) {
      TargetException failure = outcome.failed().get(lease.userName());
      if (failure != null) {
        failed(lease, failure);
      } else if (!outcome.gone().contains(lease.userName())) {
        untried.add(lease);
      }
    }
    if (away) {
      away(untried, "the target cannot be reached");
    }
    return !away;
  }

  private void remember(List<Lease> piece, Outcome outcome) {
    UUID engine = piece.getFirst().engine();
    if (piece.size() > 1 && outcome.together() * 2 >= piece.size()) {
      together.add(engine);
    } else if (piece.size() > 1) {
      together.remove(engine);
    }
  }

  private void gone(List<Lease> leases) {
    if (!leases.isEmpty()) {
      audit.ended(leases);
      removed.add(store.note(tx -> tx.leases().gone(leases, tx.now())));
    }
  }

  private void failed(Lease lease, TargetException failure) {
    LOG.log(
        Level.WARNING,
        "the credential of the lease {0} could not be removed, attempt {1}: {2}",
        lease.id(),
        Integer.toString(lease.attempts() + 1),
        failure.getMessage());
    boolean passes =
        failure.kind() == TargetException.Kind.AWAY || failure.kind() == TargetException.Kind.BUSY;
    failed(List.of(lease), failure.getMessage(), passes ? RetryTimes.AWAY : RetryTimes.REFUSED);
  }

  private void away(List<Lease> leases, String why) {
    failed(leases, why, RetryTimes.AWAY);
  }

  private void failed(List<Lease> leases, String why, RetryTimes times) {
    if (leases.isEmpty()) {
      return;
    }
    store.note(
        tx -> {
          for (Lease lease : leases) {
            Duration wait = times.after(lease.attempts(), ThreadLocalRandom.current());
            tx.leases().failed(lease, why, tx.now().plus(wait));
          }
          return null;
        });
  }
}
