package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditLogReader;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many live leases that end at one moment, on two control planes of one PostgreSQL. */
@Tag("full")
@ExtendWith(SystemExtension.class)
class LeaseLoadTest {
  private static final System.Logger LOG = System.getLogger(LeaseLoadTest.class.getName());
  private static final int LEASES = Integer.getInteger("leases", 100_000);
  private static final int READS = Integer.getInteger("lease.reads", 1_000);
  private static final long READ_EVERY_NS = 20_000_000;
  private static final Duration READY_LIMIT = Duration.ofSeconds(10);

  @Test
  void theyHoldUpNeitherTheStartNorReads(Workspace workspace) throws Exception {
    try (Postgres store = Postgres.start(workspace.resolve("store"));
        LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      Deployment deployment = LeaseVault.deployment(workspace);
      store.serve(deployment);
      Child plane = deployment.startControlPlane();
      LeaseVault.enrol(deployment, target);
      secret(deployment);
      target.makeUsers(LEASES);
      fill(store);
      plane.kill();
      long beganNs = System.nanoTime();
      deployment.startControlPlane();
      long readyMs = (System.nanoTime() - beganNs) / 1_000_000;
      Map<String, String> other = deployment.another(Cofre.CONTROL_PLANE, "control-2", 5);
      deployment.startReady(Cofre.CONTROL_PLANE, other);
      reads(deployment, READS);
      long quietUs = reads(deployment, READS);
      expire(store);
      long busyUs = reads(deployment, READS);
      int left = target.users().size();
      LOG.log(
          System.Logger.Level.INFO,
          "{0} leases: ready after {1} ms; p99 of reads {2} us, {3} us while they ended ({4} left)",
          Integer.toString(LEASES),
          Long.toString(readyMs),
          Long.toString(quietUs),
          Long.toString(busyUs),
          Integer.toString(left));
      assertTrue(readyMs <= READY_LIMIT.toMillis(), readyMs + " ms");
      assertTrue(busyUs <= 2 * quietUs, busyUs + " us, quiet " + quietUs + " us");
      long first = ended(deployment.settings(Cofre.CONTROL_PLANE));
      long second = ended(other);
      assertTrue(first > 0 && second > 0, first + " and " + second);
    }
  }

  private static long ended(Map<String, String> settings) throws Exception {
    return AuditLogReader.events(Path.of(settings.get("audit.directory"))).stream()
        .filter(event -> event.action().equals("lease:end"))
        .count();
  }

  private static void secret(Deployment deployment) throws Exception {
    JsonObject secret =
        new JsonObject()
            .put("name", "db")
            .put("environment", "dev")
            .put("dataClass", "public")
            .put("owner", "app-owner")
            .put("description", "the database of tests")
            .put("expiresAt", "2060-01-01T00:00:00Z")
            .put("rotation", new JsonObject().put("none", "it is a test"))
            .put("value", "c2VjcmV0");
    LeaseVault.made(deployment.controlApi("app-owner").json("/v1/secrets", secret.encode()));
    Api admin = deployment.controlApi("security-admin");
    Answer granted =
        admin.send(admin.request("/v1/secrets/db/grants/app").PUT(BodyPublishers.noBody()).build());
    assertEquals(200, granted.status(), granted::toString);
  }

  private static void fill(Postgres store) throws SQLException {
    execute(
        store,
        "insert into lease (id, tenant, engine_id, role_name, principal, user_name, owned, state,"
            + " issued_at, expires_at, max_expires_at, next_at, attempts)"
            + " select gen_random_uuid(), 'default', (select id from secret_engine), 'reader',"
            + " 'app', "
            + LeaseTarget.NAME_OF_I
            + ", 'reassign', 'ACTIVE', now(), now() + interval '9 hours',"
            + " now() + interval '9 hours', now() + interval '9 hours', 0"
            + " from generate_series(1, "
            + LEASES
            + ") i");
  }

  private static void expire(Postgres store) throws SQLException {
    execute(store, "update lease set expires_at = now(), next_at = now() where state = 'ACTIVE'");
  }

  private static void execute(Postgres store, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(store.url(), "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The 99th percentile of {@code count} reads, from when each was to be sent, in microseconds. */
  private static long reads(Deployment deployment, int count) throws Exception {
    Api app = deployment.controlApi("app");
    long[] tookUs = new long[count];
    long beganNs = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long dueNs = beganNs + i * READ_EVERY_NS;
      LockSupport.parkNanos(dueNs - System.nanoTime());
      Answer answer = app.get("/v1/secrets/db/value");
      assertEquals(200, answer.status(), answer::toString);
      tookUs[i] = (System.nanoTime() - dueNs) / 1_000;
    }
    Arrays.sort(tookUs);
    return tookUs[count * 99 / 100];
  }
}
