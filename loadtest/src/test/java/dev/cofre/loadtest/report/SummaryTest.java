package dev.cofre.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.TinyServer;
import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.http.HttpProtocol;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SummaryTest {
  @Test
  void holdsWhatReadersRelyOn(@TempDir Path folder) throws Exception {
    HttpProtocol protocol =
        new HttpProtocol(List.of(HttpCall.post(URI.create("http://tiny/"), Map.of(), new byte[1])));
    try (TinyServer server =
        new TinyServer(
            (number, socket) ->
                TinyServer.send(
                    socket,
                    number % 4 == 0
                        ? "HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n"
                        : TinyServer.OK))) {
      LoadResult result =
          LoadGenerator.run(
              server.address(),
              protocol,
              LoadPlan.of(Pacing.constant(200))
                  .over(4)
                  .within(Duration.ofSeconds(20))
                  .lasting(Duration.ZERO, Duration.ofMillis(400)));
      RunFolder.write(folder, Run.of("a run", "a target", protocol.name(), result));
    }
    JsonObject summary = new JsonObject(Files.readString(folder.resolve("summary.json")));
    assertEquals(200, summary.getDouble("rateAsked"));
    assertTrue(summary.getDouble("rateReached") > 0);
    assertEquals(new JsonObject().put("http_429", 20), summary.getJsonObject("errors"));
    assertEquals(60, summary.getInteger("done"));
    Set<String> percentiles = Set.of("p50", "p90", "p99", "p99.9", "p99.99", "max");
    JsonObject latency = summary.getJsonObject("latencyUs");
    assertEquals(percentiles, latency.fieldNames());
    assertTrue(
        latency.getDouble("p50") > 0 && latency.getDouble("p50") <= latency.getDouble("max"));
    assertEquals(
        percentiles, summary.getJsonObject("generator").getJsonObject("hiccupUs").fieldNames());
    assertTrue(Set.of("valid", "fell_behind").contains(summary.getString("valid")));
  }
}
