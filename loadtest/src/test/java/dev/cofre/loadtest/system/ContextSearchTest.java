package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What callers bound to their ciphertexts is found by those who know it, and stands nowhere. */
@ExtendWith(SystemExtension.class)
class ContextSearchTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String VALUE = "zebra-4711-of-nowhere";

  @Test
  void anAuditorFindsAValueThatIsInNoFile(Workspace workspace) throws Exception {
    Cofre cofre = Cofre.start(workspace, "home");
    Api app = cofre.data("app");
    // Right after the first readiness: the key is there by then.
    byte[] envelope =
        send(app, "encrypt", "tenant=" + VALUE + ",document=47", new byte[100]).body();
    send(app, "encrypt", "tenant=another,document=47", new byte[10]);
    send(app, "encrypt", "", new byte[10]);
    Answer wrong = send(app, "decrypt", "tenant=" + VALUE + ",document=48", envelope);
    assertEquals("400 invalid_ciphertext", wrong.outcome());

    Await.until(
        "both are archived",
        LIMIT,
        () -> search(cofre, "--context", "tenant=" + VALUE).size() == 2);
    List<JsonObject> events = search(cofre, "--context", "tenant=" + VALUE);
    assertEquals("invalid_ciphertext", events.get(0).getString("code"), "the newest first");
    JsonObject event = events.get(1);
    assertEquals("default", event.getString("tenant"));
    assertEquals(2, event.getInteger("v"));
    assertFalse(event.containsKey("noDigestKey"), event::encode);
    assertEquals(
        List.of(event.getString("requestId")),
        ids(search(cofre, "--context", "tenant=" + VALUE + ",document=47")));
    assertEquals(List.of(), search(cofre, "--context", "document=47"), "is not indexed");
    assertEquals(List.of(), search(cofre, "--tenant", "elsewhere", "--context", "tenant=" + VALUE));
    assertEquals(1, search(cofre, "--context", "tenant=" + VALUE, "--outcome", "failed").size());

    JsonObject investigation =
        cofre.control("auditor").get("/v1/audit/investigations?key=demo").json();
    assertEquals(2, investigation.getJsonObject("contexts").getLong("distinct"));
    assertEquals(1, investigation.getJsonObject("tenants").getLong("distinct"));

    restart(cofre);
    send(cofre.data("app"), "encrypt", "tenant=" + VALUE + ",document=47", new byte[1]);
    Await.until(
        "the node has the same key after a restart",
        LIMIT,
        () -> search(cofre, "--context", "tenant=" + VALUE + ",document=47").size() == 2);
    assertEquals(0, cofre.stop());
    assertNowhere(cofre.home());
  }

  private static void restart(Cofre cofre) throws Exception {
    assertEquals(0, cofre.stop());
    cofre.start();
  }

  private static Answer send(Api app, String call, String context, byte[] body) throws Exception {
    String path = call.equals("encrypt") ? "/v1/keys/demo/encrypt" : "/v1/decrypt";
    HttpRequest.Builder request =
        app.request(path)
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    return app.send(
        (context.isEmpty() ? request : request.header("Encryption-Context", context)).build());
  }

  private static List<JsonObject> search(Cofre cofre, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("audit", "search", "--json"));
    arguments.addAll(List.of(options));
    CliRun run = cofre.cli(new byte[0], arguments.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.err());
    return new JsonObject(run.text())
        .getJsonArray("items").stream().map(JsonObject.class::cast).toList();
  }

  private static List<String> ids(List<JsonObject> events) {
    return events.stream().map(event -> event.getString("requestId")).toList();
  }

  /** Neither logs nor stores nor the archive hold the value. */
  private static void assertNowhere(Path home) throws Exception {
    int looked = 0;
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertFalse(bytes.contains(VALUE), file.toString());
        looked++;
      }
    }
    assertTrue(looked > 10, "looked at " + looked);
  }
}
