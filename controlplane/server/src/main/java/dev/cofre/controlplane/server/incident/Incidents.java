package dev.cofre.controlplane.server.incident;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentDraft;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.Secret;
import dev.cofre.controlplane.server.alert.Alerts;
import dev.cofre.controlplane.server.investigate.Tracer;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.x509.RevocationLists;
import dev.cofre.engine.audit.AuditLog;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Answers leaks: what is to be done stands in the store, and is gone through on every control plane
 * of it, each incident by one at a time. Whoever is killed in between, another one, or itself after
 * its next start, goes on. Thread-safe.
 */
public final class Incidents implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Incidents.class.getName());

  /** More than that at once is no leak any more; the limit keeps the store's work bounded. */
  private static final int OPEN_MAX = 100;

  private static final int AT_ONCE_MAX = 4;
  private static final Duration PERIOD_MAX = Duration.ofSeconds(1);

  /** Longer than a turn takes by far, with the archive's. */
  private static final Duration CLAIM = Duration.ofMinutes(3);

  private static final Duration YOUNG = Duration.ofMinutes(10);
  private static final Duration DAY = Duration.ofDays(1);

  /** How often what is older than that is looked at, and what only an owner can end. */
  private static final Duration OLD = Duration.ofSeconds(5);

  private static final Duration FOR_PEOPLE = Duration.ofSeconds(30);
  private static final long CLOSE_S = 10;

  private final Store store;
  private final Trace trace;
  private final IncidentAudit audit;
  private final StepRunner runner;
  private final String instance;
  private final Duration period;
  private final Set<UUID> running = ConcurrentHashMap.newKeySet();
  private final ExecutorService tasks =
      Executors.newFixedThreadPool(
          AT_ONCE_MAX, Thread.ofPlatform().name("incident-", 0).daemon().factory());
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("incidents").daemon().factory());
  private volatile boolean closing;
  private volatile int open;
  private volatile boolean failing;

  /**
   * What they work with.
   *
   * @param node the name of this control plane
   * @param instance this process among the control planes of the store
   * @param period after how long they look for what is due, a second at most
   */
  public record Parts(
      Store store,
      Tracer tracer,
      Alerts alerts,
      RevocationLists lists,
      AuditLog audit,
      String node,
      String instance,
      Clock clock,
      Duration period) {}

  /** Of {@code parts}; nothing is done before {@link #start}. */
  public Incidents(Parts parts) {
    this.store = parts.store();
    this.trace = new Trace(store, parts.tracer());
    this.audit = new IncidentAudit(parts.audit(), parts.node(), parts.clock());
    this.runner =
        new StepRunner(
            store,
            new StepWork(parts.lists(), audit),
            new Telling(store, parts.alerts()),
            trace,
            audit,
            () -> closing);
    this.instance = parts.instance();
    this.period = parts.period().compareTo(PERIOD_MAX) < 0 ? parts.period() : PERIOD_MAX;
  }

  /** Begins. */
  public void start() {
    timer.scheduleWithFixedDelay(this::look, 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * What would be done about {@code draft}, and who read what; changes nothing.
   *
   * @param stop is asked now and then, and ends the look into the archive
   * @throws ProblemException as {@link #open} does
   */
  public JsonObject plan(String tenant, IncidentDraft draft, BooleanSupplier stop) {
    List<IncidentStep> steps =
        new ArrayList<>(
            store.read(
                tx -> {
                  requireNone(tx, tenant, draft);
                  return IncidentPlan.steps(tx, tenant, draft);
                }));
    Trace.Found found = trace.find(tenant, draft, store.read(Transaction::now), stop);
    return store.read(
        tx -> {
          List<Secret> secrets =
              found.secrets().stream()
                  .flatMap(name -> tx.secrets().find(tenant, name).stream())
                  .limit(StepRunner.SECRETS_MAX)
                  .toList();
          secrets.forEach(
              secret -> steps.addAll(IncidentPlan.ofSecret(tx, secret, steps.size() + 1)));
          int left = found.secrets().size() - secrets.size();
          List<String> texts =
              steps.stream()
                  .map(
                      step ->
                          PlanText.of(tx, tenant, draft, step)
                              + (step.action() == IncidentStep.Action.TRACE && left > 0
                                  ? "; "
                                      + Counts.of(found.secrets().size(), "secret")
                                      + " read"
                                      + StepRunner.notDealtWith(left)
                                  : ""))
                  .toList();
          return IncidentDocument.plan(draft, steps, texts, Optional.of(found));
        });
  }

  /**
   * Writes down that {@code draft} leaked, and what is to be done; that begins when it is
   * committed.
   *
   * @param by who tells of it
   * @throws ProblemException {@code not_found} when there is no such thing; {@code conflict} when
   *     it is being answered already, or too few administrators would be left; {@code
   *     quota_exceeded} when too many are open
   */
  public JsonObject open(Transaction tx, String tenant, IncidentDraft draft, String by) {
    requireNone(tx, tenant, draft);
    if (tx.incidents().countOpen(tenant) >= OPEN_MAX) {
      throw new ProblemException(
          ErrorCode.QUOTA_EXCEEDED, OPEN_MAX + " incidents are open; close what is dealt with");
    }
    Incident incident = Incident.opened(UUID.randomUUID(), tenant, draft, tx.now(), by);
    tx.incidents().insert(incident);
    IncidentPlan.steps(tx, tenant, draft)
        .forEach(step -> tx.incidents().insert(incident.id(), step));
    return document(tx, incident);
  }

  private static void requireNone(Transaction tx, String tenant, IncidentDraft draft) {
    tx.incidents()
        .open(tenant, draft.kind(), draft.subject())
        .ifPresent(
            open -> {
              throw new ProblemException(
                  ErrorCode.CONFLICT,
                  "the incident " + open.id() + " about it is open; look at it (incident show)");
            });
  }

  /** All that is known of {@code incident}. */
  public static JsonObject document(Transaction tx, Incident incident) {
    return IncidentDocument.whole(
        incident, tx.incidents().steps(incident.id()), tx.incidents().found(incident.id()));
  }

  /** Looks at once for what is due: something was opened. */
  public void wake() {
    try {
      timer.execute(this::look);
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "closing: another control plane, or the next start, goes on", e);
    }
  }

  private void look() {
    try {
      List<UUID> due = store.read(tx -> tx.incidents().due(tx.now(), OPEN_MAX));
      open = store.read(tx -> tx.incidents().countOpen());
      failing = store.read(tx -> tx.incidents().countFailing()) > 0;
      for (UUID id : due) {
        if (running.add(id)) {
          tasks.execute(() -> turn(id));
        }
      }
    } catch (StoreException | RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the look for incidents failed; it is tried again", e);
    }
  }

  /** Works on {@code id} when something is due for it and nobody else does. */
  void turn(UUID id) {
    try {
      store
          .note(tx -> tx.incidents().claim(id, instance, tx.now(), tx.now().plus(CLAIM)))
          .ifPresent(this::work);
    } catch (StoreException | ProblemException e) {
      // What was claimed is taken again when the claim has ended.
      LOG.log(Level.WARNING, "an incident goes on later: {0}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "an incident cannot be worked on; it is tried again", e);
    } finally {
      running.remove(id);
    }
  }

  private void work(Incident incident) {
    int failures;
    try {
      failures = runner.run(incident);
    } catch (ProblemException e) {
      store.note(
          tx -> {
            tx.incidents().release(incident, tx.now().plus(PERIOD_MAX));
            return null;
          });
      throw e;
    }
    if (failures < 0) {
      return;
    }
    store.change(
        tx -> {
          if (!tx.incidents().isHeld(incident)) {
            return null;
          }
          List<IncidentStep> left =
              tx.incidents().steps(incident.id()).stream()
                  .filter(step -> !step.state().isEnd())
                  .toList();
          if (left.isEmpty()) {
            audit.done(incident);
            tx.incidents().done(incident, tx.now());
          } else {
            Duration pause = pause(incident, left, failures, tx.now());
            tx.incidents().release(incident, tx.now().plus(pause));
          }
          return null;
        });
  }

  /** What waits for people for days is looked at now and then. */
  private Duration pause(Incident incident, List<IncidentStep> left, int failures, Instant now) {
    Duration age = Duration.between(incident.openedAt(), now);
    boolean isForPeople =
        left.stream()
            .allMatch(
                step ->
                    step.action() == IncidentStep.Action.RENEW
                        && step.state() == IncidentStep.State.WAITING);
    Duration old =
        !isForPeople ? OLD : age.compareTo(DAY) < 0 ? FOR_PEOPLE : FOR_PEOPLE.multipliedBy(10);
    Duration usual = age.compareTo(YOUNG) < 0 ? period : old;
    Duration afterFailure =
        failures == 0
            ? Duration.ZERO
            : Duration.ofSeconds(Math.min(60, 1L << Math.min(6, failures)));
    return usual.compareTo(afterFailure) < 0 ? afterFailure : usual;
  }

  /** How many are open, as it was at most some seconds ago. */
  public int open() {
    return open;
  }

  /** Whether a step has failed and is tried again, on any control plane, as of seconds ago. */
  public boolean isFailing() {
    return failing;
  }

  /** Lets what is at work come to the end of its step. */
  @Override
  public void close() {
    closing = true;
    timer.shutdownNow();
    tasks.shutdown();
    try {
      if (!tasks.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "an incident is still worked on at the stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
