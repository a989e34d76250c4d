package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The file of H2 cannot grow any more, as on a full disk: the kernel refuses its writes by a limit
 * of the process (RLIMIT_FSIZE), which is lifted again.
 */
@ExtendWith(SystemExtension.class)
class StoreFullTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long ROOM_BYTES = 96 * 1024;
  private static final int WRITES_MAX = 5_000;

  @Test
  void losesNothingAndHealsByItself(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Child plane = deployment.startControlPlane();
    Api admin = deployment.controlApi("security-admin");
    Path file = deployment.folder().resolve("store.mv.db");
    Map<String, String> acknowledged = new TreeMap<>();

    limit(plane, Long.toString(Files.size(file) + ROOM_BYTES));
    String refusal = writeUntilRefused(admin, acknowledged);
    assertEquals("503 store_unavailable", refusal);
    System.out.println("the store was full after " + acknowledged.size() + " writes");
    assertEquals(200, admin.get("/health/live").status());

    limit(plane, "unlimited");
    Await.until(
        "a write is taken again",
        LIMIT,
        () -> {
          Answer answer = admin.json("/v1/policies", Keys.grant("healed", List.of("demo")));
          if (answer.status() == 201) {
            acknowledged.put("healed", answer.json().getString("id"));
          }
          return answer.status() == 201;
        });
    Await.until("it is ready", LIMIT, () -> admin.answers("/health/ready", 200));
    assertThere(deployment, acknowledged);
    plane.kill();
    plane = deployment.startControlPlane();
    assertThere(deployment, acknowledged);
    assertEquals(0, plane.terminate());
  }

  private static String writeUntilRefused(Api admin, Map<String, String> acknowledged)
      throws Exception {
    for (int i = 0; i < WRITES_MAX; i++) {
      String name = "full-" + i;
      Answer answer = admin.json("/v1/policies", Keys.grant(name, List.of("demo")));
      if (answer.status() != 201) {
        return answer.outcome();
      }
      acknowledged.put(name, answer.json().getString("id"));
    }
    throw new AssertionError(WRITES_MAX + " writes found room");
  }

  /** What was acknowledged is there; what was refused may be there, once, for nobody was told. */
  private static void assertThere(Deployment deployment, Map<String, String> acknowledged)
      throws Exception {
    Api auditor = deployment.controlApi("auditor");
    Map<String, String> found = new TreeMap<>();
    String after = "";
    while (after != null) {
      JsonObject page = auditor.get("/v1/policies?limit=500" + after).json();
      page.getJsonArray("items")
          .forEach(
              item ->
                  found.put(
                      ((JsonObject) item).getString("name"), ((JsonObject) item).getString("id")));
      String next = page.getString("next");
      after = next == null ? null : "&after=" + next;
    }
    assertTrue(
        found.entrySet().containsAll(acknowledged.entrySet()),
        () -> acknowledged.size() + " acknowledged, found " + found.size());
  }

  private static void limit(Child plane, String bytes) throws Exception {
    Process prlimit =
        new ProcessBuilder(
                "prlimit", "--pid", Long.toString(plane.pid()), "--fsize=" + bytes + ":unlimited")
            .inheritIO()
            .start();
    assertEquals(0, prlimit.waitFor());
  }
}
