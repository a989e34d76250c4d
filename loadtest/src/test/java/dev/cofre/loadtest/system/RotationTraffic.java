package dev.cofre.loadtest.system;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.cofre.loadtest.system.RotatedClient.Credential;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * 50 new connections a second by ten clients, beside a pool of 20 connections by which 1,000
 * queries a second are asked; each client takes its credential from a rotated secret, which it
 * reads every second. Times are those of the intended sends: what is late is made up for.
 * Thread-safe.
 */
final class RotationTraffic {
  /** So often each client reads the secret. */
  static final long READ_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

  private static final int NONE = Integer.MAX_VALUE;
  private static final int ANY = 0;
  private static final int OPENERS = 10;
  private static final long OPEN_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int POOL = 20;
  private static final long QUERY_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long POOL_WAIT_MS = 30_000;
  private static final String QUERY = "select count(*) from sales.orders";

  private final String url;
  private final HikariDataSource pool;
  private final List<RotatedClient> clients = new ArrayList<>();

  /** What each opener logs in with at this moment. */
  private final List<AtomicInteger> inUse = new ArrayList<>();

  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong queries = new AtomicLong();
  private volatile boolean closing;

  /**
   * Begins, with clients of {@code api} that read {@code secret} and use the database at {@code
   * url}.
   */
  RotationTraffic(Api api, String secret, String url) throws IOException, InterruptedException {
    this.url = url;
    for (int i = 0; i < OPENERS; i++) {
      RotatedClient client = new RotatedClient(api, secret);
      clients.add(client);
      // The clients read at times of their own.
      long offsetNs = i * READ_EVERY_NS / OPENERS;
      AtomicInteger using = new AtomicInteger(NONE);
      inUse.add(using);
      loop(OPEN_EVERY_NS, offsetNs, () -> open(client, using));
      loop(READ_EVERY_NS, offsetNs, () -> read(client));
    }
    RotatedClient ofPool = new RotatedClient(api, secret);
    clients.add(ofPool);
    pool = pool(ofPool.credential());
    loop(READ_EVERY_NS, 0, () -> renewed(ofPool));
    for (int i = 0; i < POOL; i++) {
      loop(QUERY_EVERY_NS, i * QUERY_EVERY_NS / POOL, this::query);
    }
    threads.forEach(Thread::start);
  }

  private HikariDataSource pool(Credential credential) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setCredentials(Credentials.of(credential.user(), credential.password()));
    config.setMaximumPoolSize(POOL);
    config.setConnectionTimeout(POOL_WAIT_MS);
    return new HikariDataSource(config);
  }

  /** A piece of work that may fail. */
  @FunctionalInterface
  private interface Work {
    void run() throws SQLException, IOException, InterruptedException;
  }

  private void loop(long everyNs, long offsetNs, Work work) {
    threads.add(Thread.ofPlatform().daemon().unstarted(() -> run(everyNs, offsetNs, work)));
  }

  private void run(long everyNs, long offsetNs, Work work) {
    long nextNs = System.nanoTime() + offsetNs;
    while (!closing) {
      long waitNs = nextNs - System.nanoTime();
      if (waitNs > 0) {
        LockSupport.parkNanos(waitNs);
        continue;
      }
      nextNs += everyNs;
      try {
        work.run();
      } catch (SQLException | IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void open(RotatedClient client, AtomicInteger using) throws SQLException {
    // Before it is taken, so that allUse knows of whichever is taken.
    using.set(ANY);
    try {
      Credential credential = client.credential();
      using.set(credential.version());
      open(credential);
    } finally {
      using.set(NONE);
    }
  }

  private void open(Credential credential) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(url, credential.user(), credential.password());
        Statement statement = connection.createStatement()) {
      statement.execute(QUERY);
      opened.incrementAndGet();
    } catch (SQLException e) {
      throw new SQLException(credential + " was refused", e);
    }
  }

  private static void read(RotatedClient client) throws IOException, InterruptedException {
    client.read();
  }

  /** The pool opens all of its connections anew, by what was read. */
  private void renewed(RotatedClient client) throws IOException, InterruptedException {
    if (client.read()) {
      Credential credential = client.credential();
      pool.setCredentials(Credentials.of(credential.user(), credential.password()));
      pool.getHikariPoolMXBean().softEvictConnections();
    }
  }

  private void query() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(QUERY);
      queries.incrementAndGet();
    }
  }

  /**
   * Whether every client uses the version {@code number} or a later one, and none is opening a
   * connection with an older one still: a machine that stands still for a second is no client that
   * reads too seldom.
   */
  boolean allUse(int number) {
    return clients.stream().allMatch(client -> client.credential().version() >= number)
        && inUse.stream().allMatch(version -> version.get() >= number);
  }

  long opened() {
    return opened.get();
  }

  long queries() {
    return queries.get();
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Ends it. */
  void stop() throws InterruptedException {
    closing = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
      thread.join();
    }
    pool.close();
  }
}
