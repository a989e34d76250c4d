package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What callers really did on a node is what an investigation at the control plane tells. */
@ExtendWith(SystemExtension.class)
class InvestigationTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Test
  void whoUsedAKeyAndWhoTriedIsTold(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child[] planes = deployment.startBoth();
    Api app = deployment.dataApi("app");
    for (int i = 0; i < 7; i++) {
      assertEquals("200", app.raw("/v1/keys/demo/encrypt", new byte[100]).outcome());
    }
    assertEquals(
        "403 forbidden",
        deployment.dataApi("crypto-officer").raw("/v1/keys/demo/encrypt", new byte[9]).outcome());
    Api auditor = deployment.controlApi("auditor");
    JsonObject[] answer = new JsonObject[1];
    Await.until(
        "all is archived",
        LIMIT,
        () -> {
          answer[0] = auditor.get("/v1/audit/investigations?key=demo").json();
          JsonObject total = answer[0].getJsonObject("total");
          return total.getLong("uses") == 7 && total.getLong("denied") == 1;
        });
    assertTrue(answer[0].getBoolean("complete"));
    assertEquals(700, answer[0].getJsonObject("total").getLong("bytes"));
    String words = answer[0].getJsonArray("words").getString(0);
    assertTrue(
        words.startsWith("Key demo was used by 1 principal from 1 address: 7 messages, 700 bytes"),
        words);
    JsonArray principals = answer[0].getJsonObject("principals").getJsonArray("items");
    assertTrue(
        principals.stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                row ->
                    row.getString("principal").equals("crypto-officer")
                        && row.getLong("denied") == 1),
        principals::encodePrettily);
    assertTrue(
        answer[0].getJsonObject("archive").getJsonArray("items").stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                log ->
                    log.getString("log").equals("cofre-audit/data-1/segment")
                        && log.getString("state").equals("current")));
    assertEquals(0, planes[1].terminate());
    assertEquals(0, planes[0].terminate());
  }
}
