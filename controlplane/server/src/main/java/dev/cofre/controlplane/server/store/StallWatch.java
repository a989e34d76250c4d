package dev.cofre.controlplane.server.store;

import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends transactions that wait for a database that has stopped to answer, long before the driver
 * gives up: a machine that stands still keeps its connections open and says nothing.
 *
 * <p>A transaction that takes longer than {@value #SLOW_MS} ms is not ended for that: it may wait
 * for a lock. Only when a fresh connection gets no answer within a second either, all slow ones
 * are.
 *
 * <p>Thread-safe. What is watched is bounded by the connections of the pool.
 */
final class StallWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StallWatch.class.getName());
  private static final long PERIOD_MS = 250;
  private static final long SLOW_MS = 2_000;
  private static final String PROBE_SECONDS = "1";

  private final StoreLocation location;
  private final Runnable stalled;
  private final Set<Watched> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("store-watch").daemon().factory());

  /** A transaction from its begin to its end. */
  static final class Watched {
    private final Connection connection;
    private final long beganNs = System.nanoTime();

    private Watched(Connection connection) {
      this.connection = connection;
    }
  }

  /** Watches transactions at {@code location}; {@code stalled} is told that it does not answer. */
  StallWatch(StoreLocation location, Runnable stalled) {
    this.location = location;
    this.stalled = stalled;
    timer.scheduleWithFixedDelay(this::look, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
  }

  /** Watches what runs on {@code connection}, until {@link #end}. */
  Watched begin(Connection connection) {
    Watched one = new Watched(connection);
    open.add(one);
    return one;
  }

  void end(Watched one) {
    open.remove(one);
  }

  private void look() {
    try {
      if (!slow().isEmpty() && !answers()) {
        stalled.run();
        List<Watched> all = slow();
        LOG.log(Level.DEBUG, "the store stands still; {0} transactions are ended", all.size());
        all.forEach(this::abort);
      }
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "the watch over the store failed; it goes on", e);
    }
  }

  private List<Watched> slow() {
    long now = System.nanoTime();
    return open.stream()
        .filter(one -> now - one.beganNs > TimeUnit.MILLISECONDS.toNanos(SLOW_MS))
        .toList();
  }

  private boolean answers() {
    Properties properties = new Properties();
    properties.setProperty("user", location.user());
    properties.setProperty("password", location.password());
    properties.putAll(location.driverProperties());
    for (String limit : List.of("connectTimeout", "loginTimeout", "socketTimeout")) {
      properties.setProperty(limit, PROBE_SECONDS);
    }
    try (Connection probe = DriverManager.getConnection(location.jdbcUrl(), properties);
        Statement statement = probe.createStatement();
        ResultSet one = statement.executeQuery("select 1")) {
      return one.next();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "the store does not answer", e);
      // One that refuses connections, for it has too many, answers.
      return e.getSQLState() != null && !e.getSQLState().startsWith("08");
    }
  }

  private void abort(Watched one) {
    try {
      if (open.remove(one)) {
        one.connection.abort(Runnable::run);
      }
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "a connection could not be ended", e);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
