package dev.cofre.controlplane.server.odometer;

import dev.cofre.controlplane.domain.DataClassRules;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.VersionStanding;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.controlplane.server.store.Transaction;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What is left of the {@value #SHOWN_MAX} key versions that have used most of their limits, as
 * metrics. Thread-safe; the store is asked on a thread of its own, not by who reads them.
 */
public final class UseGauges implements AutoCloseable {
  /** How many versions are shown: there may be a million keys. */
  public static final int SHOWN_MAX = 20;

  private static final System.Logger LOG = System.getLogger(UseGauges.class.getName());
  private static final long PERIOD_S = 15;
  private static final long CLOSE_S = 5;

  private final Store store;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("use-gauges").daemon().factory());
  private volatile List<VersionStanding> shown = List.of();

  /** Takes metrics. */
  @FunctionalInterface
  public interface Metrics {
    /** Shows {@code values}, one for each value of {@code label}. */
    void family(String name, String label, Supplier<Map<String, Long>> values);
  }

  /** Of what {@code store} holds; begins with {@link #start}. */
  public UseGauges(Store store) {
    this.store = store;
  }

  /** Begins. */
  public void start() {
    timer.scheduleWithFixedDelay(this::look, 0, PERIOD_S, TimeUnit.SECONDS);
  }

  void look() {
    try {
      shown = store.read(UseGauges::mostUsed);
    } catch (StoreException e) {
      LOG.log(Level.DEBUG, "the store does not answer; its state is told by readiness", e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the look for used keys failed; it is tried again", e);
    }
  }

  private static List<VersionStanding> mostUsed(Transaction tx) {
    List<VersionStanding> all = new ArrayList<>();
    for (DataClassRules rules : tx.dataClasses().all()) {
      for (UUID id : tx.odometer().mostUsed(rules, SHOWN_MAX)) {
        tx.keys().find(id).map(key -> current(tx, key, rules)).ifPresent(all::add);
      }
    }
    return all.stream()
        .sorted(Comparator.comparingLong(VersionStanding::usedPermille).reversed())
        .limit(SHOWN_MAX)
        .toList();
  }

  private static VersionStanding current(Transaction tx, KmsKey key, DataClassRules rules) {
    return VersionStanding.of(
        key, key.current(), tx.odometer().of(key.id(), key.currentVersion()), rules, tx.now());
  }

  /** Shows what is left. */
  public void show(Metrics metrics) {
    String name = "cofre_controlplane_key_version_";
    metrics.family(name + "used_permille", "version", values(VersionStanding::usedPermille));
    metrics.family(name + "messages_left", "version", values(VersionStanding::messagesLeft));
    metrics.family(name + "bytes_left", "version", values(VersionStanding::bytesLeft));
    metrics.family(name + "data_keys_left", "version", values(VersionStanding::dataKeysLeft));
    metrics.family(name + "days_left", "version", values(VersionStanding::daysLeft));
  }

  private Supplier<Map<String, Long>> values(ToLongFunction<VersionStanding> value) {
    return () -> {
      Map<String, Long> values = new TreeMap<>();
      for (VersionStanding one : shown) {
        values.put(one.use().keyId() + ":" + one.use().version(), value.applyAsLong(one));
      }
      return values;
    };
  }

  /** Lets the question at work come to its end: a database in a file suffers from interruptions. */
  @Override
  public void close() {
    timer.shutdown();
    try {
      if (!timer.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
        timer.shutdownNow();
      }
    } catch (InterruptedException e) {
      timer.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
