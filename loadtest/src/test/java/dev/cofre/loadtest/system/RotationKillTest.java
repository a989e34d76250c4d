package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.system.RotatedClient.Credential;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A control plane that is killed inside a rotation of a secret's two users. A lock that the test
 * holds stops the rotation at a step, in the system or in the store, both a real PostgreSQL.
 */
@ExtendWith(SystemExtension.class)
class RotationKillTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** More than a control plane has a rotation alone for. */
  private static final Duration AHEAD = Duration.ofSeconds(40);

  private static final String WAITS =
      "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";

  private enum Cut {
    /** The new password is not committed in the system. */
    IN_THE_SYSTEM,
    /** The system has the new password, and the store does not. */
    BEFORE_THE_PUBLICATION
  }

  @Test
  void theNextControlPlaneEndsTheRotationAndNoValueInUseFails(Workspace workspace)
      throws Exception {
    try (Postgres store = Postgres.start(workspace.resolve("store"));
        LeaseTarget target = LeaseTarget.start(workspace.resolve("target"))) {
      Deployment deployment = LeaseVault.deployment(workspace);
      store.serve(deployment);
      Child plane = deployment.startControlPlane();
      LeaseVault.enrol(deployment, target);
      RotationVault.rotated(deployment);
      RotationVault.rotate(deployment);
      Credential older = read(deployment);
      RotationVault.rotate(deployment);
      Duration ahead = Duration.ZERO;
      for (Cut cut : Cut.values()) {
        Credential before = read(deployment);
        String next = before.user().equals("shop_a") ? "shop_b" : "shop_a";
        assertEquals(older.user(), next);
        String verifier = verifier(target, next);
        try (Connection held = hold(cut, store, target, next)) {
          Thread caller = Thread.ofPlatform().start(() -> rotateUntilItFails(deployment));
          String where = cut == Cut.IN_THE_SYSTEM ? target.url() : store.url();
          Await.until("the rotation waits", LIMIT, () -> count(where) > 0);
          assertTrue(works(target, before), "while it is rotated");
          plane.kill();
          caller.join();
          held.rollback();
        }
        boolean changed = !verifier.equals(verifier(target, next));
        assertEquals(cut == Cut.BEFORE_THE_PUBLICATION, changed, "it was killed at that step");
        assertTrue(works(target, before), "after the kill");
        assertEquals(!changed, works(target, older));

        ahead = ahead.plus(AHEAD);
        deployment
            .settings(Cofre.CONTROL_PLANE)
            .put("dev.clockOffsetMs", Long.toString(ahead.toMillis()));
        plane = deployment.startControlPlane();
        Await.until(
            "the next version is there",
            LIMIT,
            () -> read(deployment).version() > before.version());
        Credential after = read(deployment);
        assertEquals(before.version() + 1, after.version());
        assertEquals(next, after.user());
        assertNotEquals(verifier, verifier(target, next));
        assertTrue(works(target, after));
        assertTrue(works(target, before), "one period more");
        assertFalse(works(target, older));
        older = before;
      }
    }
  }

  private static Credential read(Deployment deployment) throws Exception {
    return new RotatedClient(deployment.controlApi("app"), RotationVault.SECRET).credential();
  }

  private static boolean works(LeaseTarget target, Credential credential) {
    return target.works(credential.user(), credential.password());
  }

  private static void rotateUntilItFails(Deployment deployment) {
    try {
      RotationVault.rotate(deployment);
    } catch (IOException e) {
      return;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("it was not cut off");
  }

  private static Connection hold(Cut cut, Postgres store, LeaseTarget target, String user)
      throws SQLException {
    String where = cut == Cut.IN_THE_SYSTEM ? target.url() : store.url();
    Connection connection = DriverManager.getConnection(where, "postgres", "");
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          cut == Cut.IN_THE_SYSTEM
              ? "alter role " + user + " connection limit 50"
              : "lock table secret_version in share row exclusive mode");
    }
    return connection;
  }

  private static int count(String url) throws SQLException {
    return Integer.parseInt(text(url, WAITS));
  }

  private static String verifier(LeaseTarget target, String user) throws SQLException {
    return text(target.url(), "select rolpassword from pg_authid where rolname = '" + user + "'");
  }

  private static String text(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
