package dev.cofre.controlplane.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * The one door to the database. Thread-safe; every call blocks, so none is made on an event loop.
 *
 * <p>Concurrency: a {@link #change} locks the head of the snapshot chain before anything else, so
 * changes happen one after the other, on all control planes of one database. What it checked stays
 * true until it commits.
 */
public final class Store implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 10;
  private static final long CONNECTION_WAIT_MS = 2_500;
  private static final long VALIDATION_MS = 1_000;

  private final HikariDataSource pool;
  private final StoreGate gate = new StoreGate(System::nanoTime);
  private final Jdbi jdbi;
  private final Clock clock;
  private final boolean shared;
  private final LiveState live = new LiveState();
  private final Optional<HeadMark> mark;
  private final Optional<StallWatch> watch;
  private final CopyOnWriteArrayList<Consumer<SnapshotHead>> listeners =
      new CopyOnWriteArrayList<>();

  private Store(
      HikariDataSource pool, Clock clock, StoreLocation location, Optional<HeadMark> mark) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    this.clock = clock;
    this.shared = location.isShared();
    this.mark = mark;
    this.watch = shared ? Optional.of(new StallWatch(location, gate::failed)) : Optional.empty();
  }

  /**
   * Opens the database, brings its tables up to date and begins epoch 1 when it is new.
   *
   * @throws StoreException when it cannot be used
   */
  public static Store open(StoreLocation location, Clock clock) {
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(poolConfig(location));
      Store store = new Store(pool, clock, location, HeadMark.beside(location.url()));
      store.requireNotBehind(location.url());
      migrate(location);
      store.transaction(
          tx -> {
            tx.revisions().beginFirstEpoch();
            return null;
          });
      store.mark.ifPresent(beside -> beside.raise(store.read(tx -> tx.revisions().head())));
      return store;
    } catch (StoreException e) {
      if (pool != null) {
        pool.close();
      }
      throw e.getCause() == null ? e : StoreException.notOpened(location.url(), e);
    } catch (HikariPool.PoolInitializationException | FlywayException | JdbiException e) {
      if (pool != null) {
        pool.close();
      }
      throw StoreException.notOpened(location.url(), e);
    }
  }

  /** Before anything is written: what was damaged is not to be changed. */
  private void requireNotBehind(String url) {
    if (mark.isEmpty()) {
      return;
    }
    SnapshotHead head =
        read(tx -> tx.revisions().hasHead() ? tx.revisions().head() : SnapshotHead.NONE);
    try {
      mark.get().check(head, url);
    } catch (StoreException e) {
      mark.get().close();
      throw e;
    }
  }

  private static void migrate(StoreLocation location) {
    Flyway.configure()
        .dataSource(location.jdbcUrl(), location.user(), location.password())
        .locations("classpath:db/migration")
        .placeholders(location.placeholders())
        .loggers("slf4j")
        .load()
        .migrate();
  }

  private static HikariConfig poolConfig(StoreLocation location) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(location.jdbcUrl());
    config.setUsername(location.user());
    config.setPassword(location.password());
    config.setMaximumPoolSize(CONNECTIONS_MAX);
    // Made when needed: one that is being made ahead at the close would stay open for ever.
    config.setMinimumIdle(1);
    config.setConnectionTimeout(CONNECTION_WAIT_MS);
    config.setValidationTimeout(VALIDATION_MS);
    location.driverProperties().forEach(config::addDataSourceProperty);
    config.setPoolName("store");
    return config;
  }

  /** Whether other control planes may change it too. */
  public boolean isShared() {
    return shared;
  }

  /** Reads in one transaction. */
  public <T> T read(Function<Transaction, T> work) {
    return transaction(work);
  }

  /**
   * Changes in one transaction, in order with all other changes; what data planes follow goes into
   * a new revision. When {@code work} throws, nothing was changed.
   */
  public <T> T change(Function<Transaction, T> work) {
    SnapshotHead[] committed = new SnapshotHead[1];
    T result =
        transaction(
            tx -> {
              tx.revisions().lockHead();
              T answer = work.apply(tx);
              committed[0] = tx.revisions().append(tx.changes());
              return answer;
            });
    if (committed[0] != null) {
      mark.ifPresent(beside -> beside.raise(committed[0]));
      listeners.forEach(listener -> listener.accept(committed[0]));
    }
    return result;
  }

  /** Writes what stands in no order with changes and what data planes do not follow. */
  public <T> T note(Function<Transaction, T> work) {
    return transaction(work);
  }

  private <T> T transaction(Function<Transaction, T> work) {
    gate.enter();
    try (Handle handle = jdbi.open()) {
      T result = watched(handle, work);
      gate.answered();
      return result;
    } catch (JdbiException e) {
      StoreException failure = StoreException.of(e);
      if (failure.kind() == StoreException.Kind.AWAY) {
        gate.failed();
        reopenLater();
      }
      throw failure;
    }
  }

  private <T> T watched(Handle handle, Function<Transaction, T> work) {
    StallWatch.Watched one = watch.map(on -> on.begin(handle.getConnection())).orElse(null);
    try {
      return handle.inTransaction(h -> work.apply(new Transaction(h, clock, live)));
    } finally {
      if (one != null) {
        watch.get().end(one);
      }
    }
  }

  /**
   * An H2 that could not write stays broken as long as any connection to it is open: all are given
   * up, and the next one opens its file anew.
   */
  private void reopenLater() {
    if (!shared) {
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  /**
   * Calls {@code listener} after each commit here that made a revision, on the committing thread.
   */
  public void onRevision(Consumer<SnapshotHead> listener) {
    listeners.add(listener);
  }

  /** The connections, for a library that has a table of its own here. */
  public DataSource dataSource() {
    return pool;
  }

  /** Fails when the database does not answer. */
  public void ping() {
    read(tx -> tx.revisions().head());
  }

  @Override
  public void close() {
    watch.ifPresent(StallWatch::close);
    pool.close();
    mark.ifPresent(HeadMark::close);
  }
}
