package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.cofre.client.CofreException;
import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import dev.cofre.client.credentials.Credential;
import dev.cofre.client.credentials.CredentialProvider;
import dev.cofre.client.credentials.CredentialSource;
import dev.cofre.client.credentials.MovableTimes;
import dev.cofre.client.jdbc.CofreDataSource;
import dev.cofre.client.jdbc.Opener;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** The Java client's credentials and connections: a real control plane, PostgreSQL and pool. */
class ClientDataSourceTest {
  private static final String COUNT = "select count(*) from sales.orders";

  /** Of its life: another one is due. */
  private static final Duration FOLLOWED = Duration.ofSeconds(3_600 * 6 / 10 + 1);

  private static final int CHANGES = 3;
  private static final int CALLERS = 4;

  @TempDir static Path directory;
  private static RotationPlane rotation;
  private static LeasePlane vault;

  @BeforeAll
  static void start() throws Exception {
    rotation = new RotationPlane(directory);
    vault = rotation.vault;
  }

  @AfterAll
  static void stop() throws Exception {
    if (rotation != null) {
      rotation.close();
    }
  }

  private static Endpoint endpoint() {
    return Endpoint.at(vault.plane.uri("/"))
        .withToken(TokenSource.file(vault.plane.directory.resolve("tokens").resolve("app.token")));
  }

  /** To the role's limit at once: so it is followed by another credential, never renewed. */
  private static CredentialSource lease() {
    return CredentialSource.lease("pg", "reader", Duration.ofHours(1));
  }

  private static String url() {
    return "jdbc:postgresql://localhost:" + vault.system.port() + "/shop";
  }

  private static String id(CredentialProvider provider) {
    try (Credential now = provider.get()) {
      return now.id();
    }
  }

  private static String user(CredentialProvider provider) {
    try (Credential now = provider.get()) {
      return now.username();
    }
  }

  private static String one(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static boolean isLetIn(DataSource source) throws SQLException {
    try {
      return "1".equals(one(source, COUNT));
    } catch (SQLException e) {
      assertEquals("28P01", e.getSQLState());
      return false;
    }
  }

  private static long sessions(String user) throws SQLException {
    return Long.parseLong(
        vault
            .target
            .texts("select count(*) from pg_stat_activity where usename = '" + user + "'")
            .get(0));
  }

  /** As docs/SECRETS.md has it. */
  private static HikariDataSource pool(CredentialProvider provider) {
    HikariConfig config = new HikariConfig();
    Properties limits = new Properties();
    limits.setProperty("loginTimeout", "10");
    limits.setProperty("socketTimeout", "60");
    config.setDataSource(CofreDataSource.of(provider, url(), limits));
    config.setMaximumPoolSize(CALLERS + 1);
    provider.connectionLifetimeMax().ifPresent(most -> config.setMaxLifetime(most.toMillis()));
    HikariDataSource pool = new HikariDataSource(config);
    provider.addListener(state -> pool.getHikariPoolMXBean().softEvictConnections());
    return pool;
  }

  /** Callers that ask a pool and open connections beside it, without a pause. */
  private static final class Load implements AutoCloseable {
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS + 1);
    private final AtomicBoolean ends = new AtomicBoolean();
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<Exception> failed = new AtomicReference<>();
    final Set<String> users = ConcurrentHashMap.newKeySet();

    Load(DataSource pool, DataSource bare) {
      for (int i = 0; i < CALLERS; i++) {
        callers.execute(() -> run(pool));
      }
      callers.execute(() -> run(bare));
    }

    private void run(DataSource source) {
      while (!ends.get()) {
        try {
          users.add(one(source, "select current_user from sales.orders"));
          done.incrementAndGet();
        } catch (SQLException | RuntimeException e) {
          failed.compareAndSet(null, e);
        }
      }
    }

    /** That many more have come to their end, and none has failed. */
    void awaitMore(long more) throws Exception {
      long until = done.get() + more;
      Await.until(more + " queries", () -> failed.get() != null || done.get() >= until);
      if (failed.get() != null) {
        throw new AssertionError("a query failed", failed.get());
      }
    }

    @Override
    public void close() {
      ends.set(true);
      // Waits for each to see it.
      callers.close();
    }
  }

  @Test
  void noQueryFailsWhileLeasesFollowEachOther() throws Exception {
    MovableTimes times = new MovableTimes();
    Set<String> leases = new HashSet<>();
    try (CredentialProvider provider = times.start(endpoint(), lease());
        HikariDataSource pool = pool(provider);
        Load load = new Load(pool, CofreDataSource.of(provider, url()))) {
      load.awaitMore(200);
      for (int i = 0; i < CHANGES; i++) {
        String former = id(provider);
        String user = user(provider);
        leases.add(former);
        times.advance(FOLLOWED);
        Await.until("another lease", () -> !id(provider).equals(former));
        load.awaitMore(200);
        Await.until("the pool has changed over", () -> sessions(user) == 0);
        assertTrue(vault.system.users().contains(user), "it works until its end");
        // What its end does: sessions by it would be ended.
        LeasePlane.ok(200, vault.plane.post("app", "/v1/leases/" + former + "/revoke"));
        Await.until("it is gone", () -> !vault.system.users().contains(user));
        load.awaitMore(200);
      }
      leases.add(id(provider));
      assertEquals(CHANGES + 1, leases.size());
      assertEquals(CHANGES + 1, load.users.size());
    }
    for (String lease : leases) {
      Await.until(
          "closing has revoked " + lease,
          () ->
              LeasePlane.ok(200, vault.plane.get("app", "/v1/leases/" + lease))
                  .getString("state")
                  .equals("REVOKED"));
    }
  }

  @Test
  void noQueryFailsWhileASecretIsRotated() throws Exception {
    rotation.secret("orders-login", "none yet");
    LeasePlane.ok(201, rotation.set("orders-login", rotation.ownDraft("turn_a", "turn_b")));
    rotation.value("orders-login");
    CredentialSource source = CredentialSource.secret("orders-login", Duration.ofSeconds(1));
    try (CredentialProvider provider = CredentialProvider.start(endpoint(), source);
        HikariDataSource pool = pool(provider);
        Load load = new Load(pool, CofreDataSource.of(provider, url()))) {
      load.awaitMore(200);
      for (int i = 0; i < CHANGES; i++) {
        String former = id(provider);
        LeasePlane.ok(200, rotation.rotate("orders-login", false));
        Await.until("the next value is there", () -> !id(provider).equals(former));
        load.awaitMore(200);
      }
      assertEquals(Set.of("turn_a", "turn_b"), load.users);
    }
  }

  /** The client has not read what changed twice: its value does not log in any more. */
  @Test
  void aValueThatEndedIsReadAnewWhenItIsRefused() throws Exception {
    rotation.secret("late-login", "none yet");
    LeasePlane.ok(201, rotation.set("late-login", rotation.ownDraft("late_a", "late_b")));
    CredentialSource source = CredentialSource.secret("late-login", Duration.ofHours(1));
    try (CredentialProvider provider = CredentialProvider.start(endpoint(), source)) {
      CofreDataSource database = CofreDataSource.of(provider, url());
      String former = user(provider);
      assertEquals("1", one(database, COUNT));
      LeasePlane.ok(200, rotation.rotate("late-login", false));
      assertEquals(former, one(database, "select current_user"), "it works for a period still");
      LeasePlane.ok(200, rotation.rotate("late-login", false));
      assertEquals("1", one(database, COUNT));
      assertEquals(former, user(provider), "the same user in turn, by another password");
    }
  }

  @Test
  void aLeaseThatWasRevokedIsReplacedWhenItIsRefused() throws Exception {
    PGSimpleDataSource driver = new PGSimpleDataSource();
    driver.setUrl(url());
    try (CredentialProvider provider = CredentialProvider.start(endpoint(), lease())) {
      CofreDataSource database = CofreDataSource.of(provider, driver);
      for (int i = 0; i < 2; i++) {
        assertEquals("1", one(database, COUNT));
        String revoked = id(provider);
        String user = user(provider);
        LeasePlane.ok(200, vault.plane.post("app", "/v1/leases/" + revoked + "/revoke"));
        Await.until("it is gone", () -> !vault.system.users().contains(user));
        Await.until("another one is taken", () -> isLetIn(database));
        assertNotEquals(revoked, id(provider));
      }
      assertTrue(database.isWrapperFor(PGSimpleDataSource.class));
      assertEquals(driver, database.unwrap(PGSimpleDataSource.class));
      assertThrows(
          SQLFeatureNotSupportedException.class, () -> database.getConnection("a", "b").close());
      try (Credential now = provider.get()) {
        assertFalse(database.toString().contains(new String(now.password())), database.toString());
      }
    }
  }

  /** Opens by PostgreSQL's driver; another lease comes while the first connection is opened. */
  private static final class LateOpener implements Opener {
    private final CredentialProvider provider;
    private final MovableTimes times;
    private final boolean secondFails;
    final List<Connection> opened = new ArrayList<>();

    LateOpener(CredentialProvider provider, MovableTimes times, boolean secondFails) {
      this.provider = provider;
      this.times = times;
      this.secondFails = secondFails;
    }

    @Override
    public Connection open(String username, String password) throws SQLException {
      if (!opened.isEmpty() && secondFails) {
        throw new IllegalStateException("of the test");
      }
      Connection connection = DriverManager.getConnection(url(), username, password);
      opened.add(connection);
      if (opened.size() > 1) {
        return connection;
      }
      times.advance(FOLLOWED);
      try {
        Await.until("another lease", () -> !user(provider).equals(username));
      } catch (Exception e) {
        throw new SQLException(e);
      }
      return (Connection)
          Proxy.newProxyInstance(
              Connection.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, arguments) -> {
                Object answer = method.invoke(connection, arguments);
                if (method.getName().equals("close")) {
                  throw new SQLException("closing failed");
                }
                return answer;
              });
    }
  }

  @Test
  void aConnectionThatIsNotHandedOutIsClosed() throws Exception {
    for (boolean secondFails : new boolean[] {false, true}) {
      MovableTimes times = new MovableTimes();
      try (CredentialProvider provider = times.start(endpoint(), lease())) {
        LateOpener opener = new LateOpener(provider, times, secondFails);
        CofreDataSource database = CofreDataSource.of(provider, opener);
        if (secondFails) {
          assertThrows(IllegalStateException.class, database::getConnection);
        } else {
          String user = one(database, "select current_user");
          assertEquals(user(provider), user);
          assertEquals(2, opener.opened.size());
        }
        assertTrue(opener.opened.get(0).isClosed());
      }
    }
  }

  @Test
  void aPropertyThatIsNoTextIsRefused() {
    Properties limits = new Properties();
    limits.put("loginTimeout", 10);
    try (CredentialProvider provider = CredentialProvider.start(endpoint(), lease())) {
      assertThrows(
          IllegalArgumentException.class, () -> CofreDataSource.of(provider, url(), limits));
    }
  }

  @Test
  void anotherFailureIsTheDriversAndCostsNoLease() throws Exception {
    try (CredentialProvider provider = CredentialProvider.start(endpoint(), lease())) {
      String lease = id(provider);
      CofreDataSource wrong = CofreDataSource.of(provider, url() + "_not_there");
      assertEquals("3D000", assertThrows(SQLException.class, wrong::getConnection).getSQLState());
      assertEquals(lease, id(provider));
      CofreDataSource refused =
          CofreDataSource.of(
              provider,
              (user, password) -> {
                throw new SQLException("it takes nobody", "28000");
              });
      for (int i = 0; i < 5; i++) {
        assertEquals(
            "28000", assertThrows(SQLException.class, refused::getConnection).getSQLState());
      }
      JsonObject live =
          LeasePlane.ok(200, vault.plane.get("app", "/v1/leases?state=ACTIVE&limit=100"));
      assertTrue(live.getJsonArray("items").size() <= 5, live.encodePrettily());
    }
  }

  @Test
  void aControlPlaneThatIsAwayIsNotMissedWhileTheLeaseLives() throws Exception {
    MovableTimes times = new MovableTimes();
    try (CredentialProvider provider = times.start(endpoint(), lease())) {
      CofreDataSource database = CofreDataSource.of(provider, url());
      String lease = id(provider);
      vault.plane.plane.close();
      try {
        times.advance(FOLLOWED);
        Await.until("it was tried", () -> provider.state().trouble().isPresent());
        assertEquals("1", one(database, COUNT));
        assertEquals(lease, id(provider));
        times.advance(Duration.ofHours(1).minus(FOLLOWED));
        Await.until("its end", () -> provider.state().id().isEmpty());
        SQLException none =
            assertThrows(SQLTransientConnectionException.class, database::getConnection);
        assertEquals(CofreException.class, none.getCause().getClass());
      } finally {
        // At another port, which the provider does not know.
        vault.plane.start();
      }
    }
  }

  @Test
  void theExampleOfTheDocsRuns() throws Exception {
    String docs = Files.readString(Path.of(System.getProperty("cofre.root"), "docs/SECRETS.md"));
    Matcher example =
        Pattern.compile("<!-- compiled and run -->\n```java\n(.*?)```\n", Pattern.DOTALL)
            .matcher(docs);
    assertTrue(example.find());
    Path source =
        Files.writeString(
            directory.resolve("Orders.java"), example.group(1).replace("\"shop-db\"", "\"pg\""));
    Path out = directory.resolve("orders.out");
    List<String> before = vault.system.users();
    Process orders =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                source.toString(),
                vault.plane.uri("").toString(),
                vault.plane.directory.resolve("tokens").resolve("app.token").toString(),
                url())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertTrue(orders.waitFor(120, TimeUnit.SECONDS), "it ends");
    String said = Files.readString(out);
    assertEquals(0, orders.exitValue(), said);
    assertTrue(said.contains("orders: 1"), said);
    Await.until("its lease was revoked", () -> before.containsAll(vault.system.users()));
  }
}
