package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One-time codes for machines without a credential. */
class EnrolmentTest {
  private static final String PLACES = "/v1/principals/machine/enrolments";

  @TempDir Path directory;
  private TestPlane plane;

  @BeforeEach
  void start() throws Exception {
    plane = TestPlane.in(directory);
    String document = "{\"id\":\"machine\",\"roles\":[\"workload\"]}";
    HttpResponse<String> made = plane.post("security-admin", "/v1/principals", document, Map.of());
    assertEquals(201, made.statusCode(), made.body());
  }

  @AfterEach
  void stop() {
    plane.close();
  }

  private String place() throws Exception {
    HttpResponse<String> made =
        plane.post("security-admin", PLACES, "{\"validSeconds\":600}", Map.of());
    assertEquals(201, made.statusCode(), made.body());
    assertFalse(made.body().contains("cofre-enrol-"));
    return new JsonObject(made.body()).getString("id");
  }

  private HttpResponse<String> issue(String admin, String id) throws Exception {
    return plane.post(admin, PLACES + "/" + id + "/code");
  }

  private String code(String id) throws Exception {
    HttpResponse<String> issued = issue("security-admin", id);
    assertEquals(200, issued.statusCode(), issued.body());
    return new JsonObject(issued.body()).getString("code");
  }

  private HttpResponse<String> enrol(String code, String token) throws Exception {
    String document = new JsonObject(TestPlane.tokenDocument(token)).put("code", code).encode();
    return plane.post(null, "/v1/enrol", document, Map.of());
  }

  private int use(String token) throws Exception {
    return plane
        .send(
            HttpRequest.newBuilder(plane.uri("/v1/keys"))
                .header("Authorization", "Bearer " + token)
                .GET())
        .statusCode();
  }

  @Test
  void aCodeWorksOnceAndItsSecondUseIsOnTheLog() throws Exception {
    String code = code(place());
    String token = TestPlane.freshToken();
    assertEquals(401, use(token));
    HttpResponse<String> first = enrol(code, token);
    assertEquals(200, first.statusCode(), first.body());
    assertEquals("machine", new JsonObject(first.body()).getString("principal"));
    assertEquals(200, use(token));

    String thief = TestPlane.freshToken();
    HttpResponse<String> second = enrol(code, thief);
    assertTrue(TestPlane.isProblem(second, ErrorCode.UNAUTHENTICATED), second.body());
    assertEquals(401, use(thief));
    assertEquals(200, use(token), "the first one's token counts on");
    List<JsonObject> uses =
        plane.audit().stream()
            .filter(event -> "enrolment:use".equals(event.getString("action")))
            .toList();
    assertEquals("machine", uses.getFirst().getString("principal"));
    assertTrue(
        uses.stream()
            .anyMatch(
                event ->
                    "denied".equals(event.getString("outcome"))
                        && String.valueOf(event.getString("key")).startsWith("machine ")),
        uses::toString);
    plane.close();
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(text.contains(code), file + " holds the code");
      }
    }
    plane.start();
  }

  @Test
  void ofManyWhoUseItAtOnceOneGetsIn() throws Exception {
    String code = code(place());
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Callable<Integer>> all =
          java.util.stream.IntStream.range(0, 8)
              .<Callable<Integer>>mapToObj(
                  i -> () -> enrol(code, TestPlane.freshToken()).statusCode())
              .toList();
      int in = 0;
      for (Future<Integer> status : callers.invokeAll(all)) {
        in += status.get() == 200 ? 1 : 0;
      }
      assertEquals(1, in);
    }
  }

  @Test
  void aCodeIsShownOnceAndToWhoMadeThePlaceAlone() throws Exception {
    String id = place();
    assertEquals(403, issue("security-admin-2", id).statusCode());
    assertEquals(
        400,
        plane
            .post(
                "security-admin", PLACES + "/" + id + "/code", "{}", Map.of("Idempotency-Key", "k"))
            .statusCode());
    code(id);
    assertTrue(TestPlane.isProblem(issue("security-admin", id), ErrorCode.CONFLICT));
    assertEquals(404, issue("security-admin", "none").statusCode());
  }

  @Test
  void aCodeExpiresAndCanBeTakenBack() throws Exception {
    String late = code(place());
    plane.clock.advance(Duration.ofSeconds(601));
    assertEquals(401, enrol(late, TestPlane.freshToken()).statusCode());

    HttpResponse<String> further = plane.post("security-admin", PLACES, "{}", Map.of());
    assertEquals(202, further.statusCode(), "a second one is approved by another person");
    JsonObject done = plane.approve("security-admin-2", further);
    String id = done.getJsonObject("answer").getJsonObject("document").getString("id");
    String code = code(id);
    HttpRequest.Builder delete = plane.request("security-admin", PLACES + "/" + id).DELETE();
    assertEquals(204, plane.send(delete).statusCode());
    assertEquals(401, enrol(code, TestPlane.freshToken()).statusCode());
  }

  @Test
  void guessesAreSlowedForTheirSourceAlone() throws Exception {
    String guess = "cofre-enrol-" + "a".repeat(32);
    HttpResponse<String> answer = enrol(guess, TestPlane.freshToken());
    for (int i = 0; i < 5_000 && answer.statusCode() == 401; i++) {
      answer = enrol(guess, TestPlane.freshToken());
    }
    assertTrue(TestPlane.isProblem(answer, ErrorCode.TOO_MANY_ATTEMPTS), answer.body());
    assertTrue(Integer.parseInt(answer.headers().firstValue("Retry-After").orElseThrow()) >= 1);
    assertTrue(
        plane.audit().stream()
            .anyMatch(event -> "too_many_attempts".equals(event.getString("code"))));
  }
}
