package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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
      assertTrue(TestPlane.isProblem(answer, ErrorCode.TOO_MANY_ATTEMPTS), answer.body());
      assertEquals(
          200, plane.get("crypto-officer", "/v1/keys").statusCode(), "who is known is let in");
      assertEquals("1", answer.headers().firstValue("Retry-After").orElseThrow());

      assertEquals(1, counted(plane, ErrorCode.TOO_MANY_ATTEMPTS), "answered, so in the log");
      assertEquals(refused, counted(plane, ErrorCode.UNAUTHENTICATED));
      assertEquals(200, awaitAdmission(plane));
    }
  }

  /** For how many requests the counted records with {@code code} stand. */
  private static long counted(TestPlane plane, ErrorCode code) throws Exception {
    return plane.audit().stream()
        .filter(event -> code.code().equals(event.getString("code")))
        .mapToLong(event -> event.getLong("count"))
        .sum();
  }

  private static int awaitAdmission(TestPlane plane) throws Exception {
    int[] status = new int[1];
    Await.until(
        "it is admitted",
        () -> {
          status[0] = plane.get("auditor", "/v1/keys").statusCode();
          return status[0] != 429;
        });
    return status[0];
  }
}
