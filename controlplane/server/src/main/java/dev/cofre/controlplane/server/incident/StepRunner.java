package dev.cofre.controlplane.server.incident;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.State;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Does the steps of an incident that was claimed, each in a transaction of its own with its record
 * on the audit log. What fails is noted and holds up no other step. Thread-safe; blocks.
 */
final class StepRunner {
  private static final System.Logger LOG = System.getLogger(StepRunner.class.getName());

  /** So many secrets that a principal read are dealt with by one incident. */
  static final int SECRETS_MAX = 100;

  private static final long TRACE_NS_MAX = TimeUnit.SECONDS.toNanos(100);
  private static final int OUTCOME_MAX = 1_024;
  private static final int ERROR_MAX = 256;
  private static final int NAMES_MAX = 10;

  private final Store store;
  private final StepWork work;
  private final Telling telling;
  private final Trace trace;
  private final IncidentAudit audit;
  private final BooleanSupplier closing;

  StepRunner(
      Store store,
      StepWork work,
      Telling telling,
      Trace trace,
      IncidentAudit audit,
      BooleanSupplier closing) {
    this.store = store;
    this.work = work;
    this.telling = telling;
    this.trace = trace;
    this.audit = audit;
    this.closing = closing;
  }

  /** Another one has the incident, or it was closed. */
  private static final class LostClaimException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostClaimException() {
      super("another one has the incident", null, false, false);
    }
  }

  /**
   * Does what can be done now of all steps that are left.
   *
   * @return how often the step failed that did so most often; -1 when the incident was lost
   */
  int run(Incident incident) {
    int failures = 0;
    int number = 0;
    try {
      // Steps are added while this goes on.
      Optional<IncidentStep> next = next(incident, number);
      while (next.isPresent() && !closing.getAsBoolean()) {
        number = next.get().number();
        failures = Math.max(failures, tried(incident, next.get()));
        next = next(incident, number);
      }
      return failures;
    } catch (LostClaimException e) {
      return -1;
    }
  }

  private Optional<IncidentStep> next(Incident incident, int after) {
    return store.read(tx -> tx.incidents().steps(incident.id())).stream()
        .filter(step -> step.number() > after && !step.state().isEnd())
        .findFirst();
  }

  private int tried(Incident incident, IncidentStep step) {
    try {
      switch (step.action()) {
        case NOTIFY -> notifyOwner(incident, step);
        case TRACE -> trace(incident, step);
        default -> {
          write(incident, step, tx -> work.advance(tx, incident, step));
          work.committed(step);
        }
      }
      return 0;
    } catch (LostClaimException | StoreException e) {
      throw e;
    } catch (ProblemException e) {
      return failed(incident, step, e.detail(), e.code());
    } catch (CompletionException e) {
      throw new ProblemException(
          ErrorCode.AUDIT_UNAVAILABLE, "the audit log cannot take the record of a step");
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a step of an incident failed; it is tried again", e);
      return failed(
          incident, step, "the control plane failed; its log says how", ErrorCode.INTERNAL);
    }
  }

  private void notifyOwner(Incident incident, IncidentStep step) {
    String told = telling.send(incident, step);
    write(
        incident,
        step,
        tx -> {
          Telling.keep(tx, incident, step);
          return step.gone(State.DONE, 1, told, tx.now());
        });
  }

  /** What was read a moment before is in the archive some seconds after. */
  private void trace(Incident incident, IncidentStep step) {
    if (!store.read(tx -> StepWork.isGraceOver(tx, incident))) {
      return;
    }
    long begunNs = System.nanoTime();
    Trace.Found found =
        trace.find(
            incident.tenant(),
            incident.draft(),
            store.read(Transaction::now),
            () -> closing.getAsBoolean() || System.nanoTime() - begunNs > TRACE_NS_MAX);
    if (closing.getAsBoolean()) {
      return;
    }
    write(
        incident,
        step,
        tx -> {
          tx.incidents().found(incident, found.json().encode());
          int taken = follow(tx, incident, found.secrets());
          return step.gone(State.DONE, taken, traced(found, taken), tx.now());
        });
  }

  /** What a principal read is known to whoever has its credential: each is dealt with. */
  private static int follow(Transaction tx, Incident incident, List<String> names) {
    int number = tx.incidents().steps(incident.id()).getLast().number();
    int taken = 0;
    for (String name : names) {
      Optional<Secret> secret = tx.secrets().find(incident.tenant(), name);
      if (secret.isEmpty() || taken == SECRETS_MAX) {
        continue;
      }
      for (IncidentStep planned : IncidentPlan.ofSecret(tx, secret.get(), number + 1)) {
        tx.incidents().insert(incident.id(), planned);
        number = planned.number();
      }
      taken++;
    }
    return taken;
  }

  private String traced(Trace.Found found, int taken) {
    String where =
        "asked the archive of "
            + audit.node()
            + (found.isWhole() ? "" : ", which is NOT WHOLE, or was not looked at wholly");
    if (found.secrets().isEmpty()) {
      return where;
    }
    return where
        + "; "
        + Counts.of(found.secrets().size(), "secret")
        + " read"
        + notDealtWith(found.secrets().size() - taken)
        + ": "
        + Trace.names(found.secrets(), NAMES_MAX);
  }

  /** Before any name: what is too long is cut off at its end. */
  static String notDealtWith(int left) {
    return left > 0
        ? ", of which "
            + left
            + " ARE NOT DEALT WITH here (gone, or beyond "
            + SECRETS_MAX
            + "): answer each of these by an incident of its own"
        : "";
  }

  /** Writes {@code step} as {@code change} makes it; the record is on the log before. */
  private void write(
      Incident incident, IncidentStep step, Function<Transaction, IncidentStep> change) {
    store.change(
        tx -> {
          requireHeld(tx, incident);
          IncidentStep next = shortened(change.apply(tx));
          if (next.state() != step.state() || next.amount() != step.amount()) {
            audit.step(incident, next);
          }
          if (!next.equals(step)) {
            tx.incidents().update(incident.id(), next);
          }
          return null;
        });
  }

  private static void requireHeld(Transaction tx, Incident incident) {
    if (!tx.incidents().isHeld(incident)) {
      throw new LostClaimException();
    }
  }

  /** On the log at the first failure, the second, the fourth and so on: it is tried for ever. */
  private int failed(Incident incident, IncidentStep step, String why, ErrorCode code) {
    String shown = why.length() <= ERROR_MAX ? why : why.substring(0, ERROR_MAX);
    store.change(
        tx -> {
          requireHeld(tx, incident);
          IncidentStep failed = step.failed(shown, tx.now());
          if (Integer.bitCount(failed.attempts()) == 1) {
            audit.failed(incident, failed, code);
          }
          tx.incidents().update(incident.id(), failed);
          return null;
        });
    LOG.log(
        Level.WARNING,
        "the step {0} {1} of the incident {2} failed, attempt {3}: {4}",
        step.action().wireName(),
        step.subject(),
        incident.id(),
        Integer.toString(step.attempts() + 1),
        shown);
    return step.attempts() + 1;
  }

  private static IncidentStep shortened(IncidentStep step) {
    return step.outcome().length() <= OUTCOME_MAX
        ? step
        : new IncidentStep(
            step.number(),
            step.action(),
            step.subject(),
            step.state(),
            step.mark(),
            step.amount(),
            step.outcome().substring(0, OUTCOME_MAX),
            step.attempts(),
            step.lastError(),
            step.beganAt(),
            step.endedAt());
  }
}
