package dev.cofre.controlplane.server;

import dev.cofre.controlplane.server.api.Readiness;
import dev.cofre.controlplane.server.keys.Reconciliation;
import dev.cofre.controlplane.server.signing.InstallationKey;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.engine.audit.AuditLog;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Whether store, HSM and audit log work, probed in the background. Thread-safe; {@link
 * #obstacles()} never blocks.
 */
final class Vitals implements Readiness, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Vitals.class.getName());
  private static final long PERIOD_MS = 2_000;
  private static final long CLOSE_MS = 10_000;

  /** The HSM's keys are compared with the table's once in so many probes: each is listed for it. */
  private static final int COMPARED_EVERY = 15;

  private final Store store;
  private final Hsm hsm;
  private final AuditLog audit;
  private final Reconciliation reconciliation;
  private final Supplier<List<String>> others;
  private final ScheduledExecutorService probe =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("vitals").daemon().factory());
  private int probesToCompare;
  private volatile List<String> found = List.of("starting");
  private volatile BooleanSupplier draining = () -> false;

  /**
   * Of one control plane.
   *
   * @param others what else does not work although the plane does
   */
  Vitals(
      Store store,
      Hsm hsm,
      AuditLog audit,
      Reconciliation reconciliation,
      Supplier<List<String>> others) {
    this.store = store;
    this.hsm = hsm;
    this.audit = audit;
    this.reconciliation = reconciliation;
    this.others = others;
  }

  /** Probes once, then again and again. */
  void start(BooleanSupplier draining) {
    this.draining = draining;
    probe();
    probe.scheduleWithFixedDelay(this::probe, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public List<String> degradations() {
    List<String> degradations = new ArrayList<>(others.get());
    if (!reconciliation.missingKeks().isEmpty()) {
      degradations.add("hsm-keys-missing");
    }
    return degradations;
  }

  @Override
  public List<String> obstacles() {
    List<String> obstacles = new ArrayList<>(found);
    if (!audit.isAvailable()) {
      obstacles.add("audit");
    }
    if (draining.getAsBoolean()) {
      obstacles.add("draining");
    }
    return obstacles;
  }

  private void probe() {
    List<String> now = new ArrayList<>();
    try {
      store.ping();
      pingOrHeal();
      // A token that was replaced has none.
      if (hsm.signingPublicKey(InstallationKey.LABEL).isEmpty()) {
        now.add("hsm");
      }
      if (probesToCompare == 0) {
        reconciliation.compare();
        probesToCompare = COMPARED_EVERY;
      }
      probesToCompare--;
    } catch (HsmException e) {
      probesToCompare = 0;
      now.add("hsm");
      warn(now, e.getMessage());
    } catch (StoreException e) {
      now.add("store");
      warn(now, e.getMessage());
    } catch (RuntimeException e) {
      now.add("internal");
      LOG.log(Level.ERROR, "the probe failed", e);
    }
    found = List.copyOf(now);
  }

  /** A token that is away is looked for at each probe; this may begin its module anew. */
  private void pingOrHeal() {
    try {
      hsm.ping();
    } catch (HsmException e) {
      hsm.heal();
      hsm.ping();
      LOG.log(Level.INFO, "the HSM answers again");
    }
  }

  /** Says it when it is new, not at every probe. */
  private void warn(List<String> now, String why) {
    if (!found.equals(now)) {
      LOG.log(Level.ERROR, "not ready: {0}", why);
    }
  }

  /** Lets a probe that runs come to its end: store and HSM are closed after this. */
  @Override
  public void close() {
    probe.shutdown();
    try {
      if (!probe.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.log(Level.WARNING, "a probe still runs at the stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
