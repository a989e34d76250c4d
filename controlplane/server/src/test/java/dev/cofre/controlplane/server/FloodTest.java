package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FloodTest {
  private static final int REQUESTS_MAX = 5_000;

  @TempDir Path directory;

  @Test
  void aFloodWithoutATokenIsTurnedAwayAndRecordedAsANumber() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      assertEquals(200, plane.get("crypto-officer", "/v1/keys").statusCode());
      int refused = 0;
      HttpResponse<String> answer = plane.get(null, "/v1/keys");
      while (answer.statusCode() == 401) {
        assertTrue(++refused < REQUESTS_MAX, "nobody was turned away");
        answer = plane.get(null, "/v1/keys");
      }
      assertTrue(TestPlane.isProblem(answer, ErrorCode.QUOTA_EXCEEDED), answer.body());
      assertEquals(
          200, plane.get("crypto-officer", "/v1/keys").statusCode(), "who is known is let in");
      assertEquals("1", answer.headers().firstValue("Retry-After").orElseThrow());

      JsonObject record = awaitRecord(plane);
      assertTrue(record.getInteger("items") >= 1, record.encode());
      assertEquals("denied", record.getString("outcome"));
      assertEquals("quota_exceeded", record.getString("code"));
      assertEquals(200, awaitAdmission(plane));
    }
  }

  private static JsonObject awaitRecord(TestPlane plane) throws Exception {
    long deadlineNs = System.nanoTime() + 20_000_000_000L;
    while (System.nanoTime() < deadlineNs) {
      List<JsonObject> found =
          Files.readAllLines(plane.auditFile()).stream()
              .filter(line -> line.endsWith("}"))
              .map(JsonObject::new)
              .filter(event -> "unauthenticated".equals(event.getString("action")))
              .toList();
      if (!found.isEmpty()) {
        return found.getFirst();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no record");
  }

  private static int awaitAdmission(TestPlane plane) throws Exception {
    long deadlineNs = System.nanoTime() + 20_000_000_000L;
    int status = 429;
    while (status == 429 && System.nanoTime() < deadlineNs) {
      status = plane.get("auditor", "/v1/keys").statusCode();
    }
    return status;
  }
}
