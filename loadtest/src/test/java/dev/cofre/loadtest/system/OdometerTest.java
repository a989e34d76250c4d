package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What nodes have encrypted is counted exactly, whatever is killed, and rotates a key in time. */
@ExtendWith(SystemExtension.class)
class OdometerTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int KILLS = 3;
  private static final long ASK_EVERY_NS = 50_000_000;
  private static final int STREAM_BYTES = 1 << 20;

  @Test
  void killsLoseAndRepeatNothingAndAKeyIsRotatedEarly(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.settings(Cofre.CONTROL_PLANE).put("scheduler.periodMs", "200");
    // The key is some seconds old when it is used up.
    deployment.settings(Cofre.CONTROL_PLANE).put("scheduler.rotationByUseAgeMs", "0");
    Child[] planes = deployment.startBoth();
    Api data = deployment.dataApi("app");
    Api auditor = deployment.controlApi("auditor");
    assertEquals("200", data.raw("/v1/keys/demo/encrypt", new byte[STREAM_BYTES]).outcome());

    AcknowledgedLoad load = new AcknowledgedLoad(data, 4);
    for (int kill = 0; kill < KILLS; kill++) {
      load.start();
      int enough = load.count() + 200;
      Await.until("the load goes on", LIMIT, () -> load.count() >= enough);
      // The one that counts is killed under it too, each second time.
      if (kill % 2 == 1) {
        planes[0].kill();
        planes[0] = deployment.startControlPlane();
      }
      planes[1].kill();
      load.awaitEnd();
      planes[1] = deployment.startDataPlane();
    }
    awaitExact(deployment, auditor, load.count());

    JsonObject use = use(auditor, 1);
    assertTrue(use.getLong("bytes") >= STREAM_BYTES + 12L * load.count(), use::encode);
    String label = "{key=\"" + auditor.get("/v1/keys/demo").json().getString("id");
    Await.until(
        "the node tells what is left of its data key",
        LIMIT,
        () -> {
          data.raw("/v1/keys/demo/encrypt", new byte[9]);
          return Figures.of(data).has("cofre_data_key_messages_left" + label + "\",version=\"1\"}");
        });
    rotatedEarly(deployment, data, auditor);
    assertEquals(0, planes[1].terminate());
    assertEquals(0, planes[0].terminate());
  }

  /** The sums are those of the node's own log, which holds all that was acknowledged. */
  private static void awaitExact(Deployment deployment, Api auditor, int acknowledged)
      throws Exception {
    long messages = 0;
    long bytes = 0;
    Path log = Path.of(deployment.settings(Cofre.DATA_PLANE).get("audit.directory"));
    for (AuditEvent event : AuditLogReader.events(log)) {
      if (!event.action().equals("encrypt") || !event.outcome().equals("allowed")) {
        continue;
      }
      messages += event.phase().equals("end") ? 0 : Math.max(1, event.items());
      bytes += Math.max(0, event.bytes());
    }
    long expectedMessages = messages;
    long expectedBytes = bytes;
    assertTrue(messages >= acknowledged + 1, messages + " of " + acknowledged);
    JsonObject[] seen = new JsonObject[1];
    Await.until(
        () -> expectedMessages + " messages, " + expectedBytes + " bytes, not " + seen[0],
        LIMIT,
        () -> {
          seen[0] = use(auditor, 1);
          return seen[0].getLong("messages") == expectedMessages
              && seen[0].getLong("bytes") == expectedBytes;
        });
    System.out.println(
        KILLS
            + " kills of the node, "
            + acknowledged
            + " requests acknowledged, "
            + expectedMessages
            + " messages and "
            + expectedBytes
            + " bytes in its log, and counted");
  }

  private static void rotatedEarly(Deployment deployment, Api data, Api auditor) throws Exception {
    JsonObject key = auditor.get("/v1/keys/demo").json();
    // So that four fifths are used: told, and not rotated yet.
    long limit = use(auditor, 1).getLong("messages") * 5 / 4;
    Api admin = deployment.controlApi("security-admin");
    HttpRequest change =
        admin
            .request("/v1/data-classes/" + key.getString("dataClass"))
            .header("Content-Type", Api.JSON)
            .method(
                "PATCH",
                HttpRequest.BodyPublishers.ofString(
                    "{\"versions\":{\"messagesMax\":" + limit + "}}"))
            .build();
    assertEquals("200", admin.send(change).outcome());
    Await.until(
        "it is told", LIMIT, () -> auditor.get("/v1/notices").text().contains("key-limit-near"));
    assertEquals(1, auditor.get("/v1/keys/demo").json().getInteger("currentVersion"));
    long left = (limit * 9 + 9) / 10 - use(auditor, 1).getLong("messages");
    for (int i = 0; i < left; i++) {
      assertEquals("200", data.raw("/v1/keys/demo/encrypt", new byte[9]).outcome());
    }
    long ms =
        Await.until(
            "it is rotated early",
            LIMIT,
            () -> auditor.get("/v1/keys/demo").json().getInteger("currentVersion") == 2);
    Await.until(
        "version 2 encrypts",
        LIMIT,
        () -> {
          // Each of them uses version 1 up a little more.
          LockSupport.parkNanos(ASK_EVERY_NS);
          return data.raw("/v1/keys/demo/encrypt", new byte[9]).body()[27] == 2;
        });
    long used = use(auditor, 1).getLong("messages");
    System.out.println(
        "limit " + limit + ", rotated at " + used + ", " + ms + " ms after the last message");
    assertTrue(used >= limit * 9 / 10 && used < limit, used + " of " + limit);
    assertFalse(auditor.get("/v1/notices").text().contains("key-limit-reached"));
  }

  private static JsonObject use(Api auditor, int version) throws Exception {
    return auditor.get("/v1/keys/demo").json().getJsonArray("use").getJsonObject(version - 1);
  }
}
