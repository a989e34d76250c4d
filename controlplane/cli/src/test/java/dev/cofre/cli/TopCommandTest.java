package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TopCommandTest {
  @TempDir Path home;

  private HttpServer server;
  private IntFunction<String> figures = TopCommandTest::figures;
  private int looks;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectory(home.resolve("dev"));
    Files.writeString(home.resolve("dev/app.token"), "test-token\n");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          byte[] body = figures.apply(looks++).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** A node that has answered {@code 300 * look} requests. */
  private static String figures(int look) {
    return """
        # HELP cofre_requests_total Answers.
        # TYPE cofre_requests_total counter
        cofre_requests_total{action="encrypt",code="ok"} %d
        cofre_requests_total{action="decrypt",code="forbidden"} %d
        cofre_data_key_cache_hits_total %d
        cofre_data_key_cache_misses_total %d
        cofre_hsm_queue 7
        cofre_hsm_up 1
        cofre_hsm_total_ns{quantile="0.5"} 250000
        cofre_hsm_total_ns{quantile="0.99"} 4000000
        cofre_audit_up 0
        cofre_audit_used_bytes 1048576
        cofre_audit_free_bytes 3145728
        cofre_call_us_bucket{action="encrypt",le="96"} %d
        cofre_call_us_bucket{action="encrypt",le="+Inf"} %d
        cofre_call_us_count{action="encrypt"} %d
        cofre_call_us_bucket{action="decrypt",le="96"} 0
        cofre_call_us_bucket{action="decrypt",le="3072"} %d
        cofre_call_us_bucket{action="decrypt",le="+Inf"} %d
        cofre_call_us_count{action="decrypt"} %d
        cofre_call_us_count{action="reencrypt"} 5
        cofre_event_loop_lag_us_bucket{le="1024"} %d
        cofre_event_loop_lag_us_bucket{le="8192"} %d
        cofre_event_loop_lag_us_bucket{le="+Inf"} %d
        not a figure
        """
        .formatted(
            200 * look,
            100 * look,
            90 * look,
            10 * look,
            // Of encryptions 199 of 200 took at most 96 us.
            199 * look,
            200 * look,
            200 * look,
            100 * look,
            100 * look,
            100 * look,
            98 * look,
            100 * look,
            100 * look);
  }

  private CliRun top(String... more) {
    String[] args = new String[more.length + 1];
    args[0] = "top";
    System.arraycopy(more, 0, args, 1, more.length);
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    return CliRun.of(Map.of("COFRE_HOME", home.toString(), "COFRE_DATA_URL", url), args);
  }

  @Test
  void onceGivesTheRatesOfOneIntervalAsJson() {
    CliRun run = top("--once", "--interval", "0.2", "--output", "json");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    JsonObject shown = new JsonObject(run.text());
    double rate = shown.getDouble("requestsPerSecond");
    assertTrue(rate > 0 && rate <= 1_500, () -> "" + rate);
    JsonObject actions = shown.getJsonObject("byAction");
    assertEquals(2, actions.getDouble("encrypt") / actions.getDouble("decrypt"), 0.01);
    assertEquals(0.9, shown.getJsonObject("dataKeys").getDouble("hitShare"));
    assertEquals(7, shown.getJsonObject("hsm").getInteger("queue"));
    assertEquals(4_000, shown.getJsonObject("hsm").getDouble("p99Us"));
    assertEquals(0.25, shown.getJsonObject("audit").getDouble("fullShare"));
    JsonObject calls = shown.getJsonObject("callUs");
    assertEquals(java.util.Set.of("encrypt", "decrypt"), calls.fieldNames());
    assertEquals(96, calls.getJsonObject("encrypt").getDouble("p99"));
    assertEquals(null, calls.getJsonObject("encrypt").getDouble("p99.9"));
    assertEquals(3_072, calls.getJsonObject("decrypt").getDouble("p50"));
    assertEquals(1_024, shown.getJsonObject("loopLagUs").getDouble("p50"));
    assertEquals(8_192, shown.getJsonObject("loopLagUs").getDouble("p99"));
    assertEquals(2, looks);
  }

  @Test
  void elsewhereThanOnATerminalItIsPlainText() {
    CliRun run = top("--once", "--interval", "0.1");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertFalse(run.text().contains("\u001b"), run.text());
    assertEquals(10, run.text().lines().count(), run.text());
    assertTrue(
        run.text().contains("encrypt p50 <= 0.10 ms   p99 <= 0.10 ms   p99.9 > 8388 ms"),
        run.text());
    assertTrue(run.text().contains("audit log    DOWN   25.0 % full, 1.0 MiB"), run.text());
    assertTrue(run.text().contains("hits 90.0 %"), run.text());
  }

  @Test
  void aNodeThatBeganAnewCountsFromZero() {
    figures = look -> figures(look == 0 ? 1_000 : 1);
    CliRun run = top("--once", "--interval", "0.1", "--output", "json");
    double rate = new JsonObject(run.text()).getDouble("requestsPerSecond");
    assertTrue(rate > 0 && rate <= 3_000, () -> "" + rate);
  }

  @Test
  void whatIsNoNodeOrNotThereIsToldInOneLine() {
    figures = look -> "<html>hello</html>";
    CliRun wrong = top("--once");
    assertEquals(ExitCodes.FAILED, wrong.exitCode());
    assertTrue(wrong.err().contains("is this address a data plane's?"), wrong.err());
    server.stop(0);
    CliRun away = top("--once");
    assertEquals(ExitCodes.UNREACHABLE, away.exitCode(), away.err());
    assertEquals(1, away.errLines());
  }

  @Test
  void anIntervalOutOfRangeIsMisuse() {
    assertEquals(ExitCodes.USAGE, top("--interval", "0").exitCode());
    assertEquals(ExitCodes.USAGE, top("--interval", "NaN").exitCode());
    assertEquals(0, looks);
  }
}
