package dev.cofre.loadtest.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.http.HttpProtocol;
import dev.cofre.loadtest.report.Run;
import dev.cofre.loadtest.report.RunFolder;
import dev.cofre.loadtest.report.Summary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadGeneratorTest {
  private static final HttpProtocol PROTOCOL =
      new HttpProtocol(
          List.of(
              HttpCall.post(URI.create("http://tiny/path"), Map.of("A", "b"), new byte[100])
                  .expecting("ok".getBytes(java.nio.charset.StandardCharsets.US_ASCII))));
  private static final Duration SHORT = Duration.ofMillis(300);

  /** Longer than a busy machine takes to connect. */
  private static final Duration CONNECTED = Duration.ofSeconds(5);

  /** Longer than a busy machine takes for an answer. */
  private static final Duration PATIENT = Duration.ofSeconds(10);

  @Test
  void whatIsSentInAStallHasWaitedForItsEnd() throws Exception {
    Stall stall = new Stall(700);
    try (TinyServer server = stalling(stall)) {
      LoadResult result =
          run(server.address(), plan(Pacing.constant(500)).lasting(SHORT, Duration.ofSeconds(4)));
      assertEquals(Map.of(), result.errors());
      assertEquals(2_000, result.done());
      assertTrue(result.latencyUs(99.9) > 900_000, () -> "p99.9 " + result.latencyUs(99.9));
      // 500 were due in the second, at even intervals: half of them waited for half of it or more.
      long waited = result.latency().getCountBetweenValues(Stall.LENGTH_NS / 2, Long.MAX_VALUE);
      assertTrue(waited > 200, () -> waited + " waited for half a second or more");
      assertTrue(result.waited() > 400, () -> result.waited() + " found no connection");
    }
  }

  /** The difference that makes a closed loop useless for latency. */
  @Test
  void aClosedLoopHidesTheStall() throws Exception {
    Stall stall = new Stall(200);
    try (TinyServer server = stalling(stall)) {
      LoadResult result =
          run(
              server.address(),
              plan(Pacing.closed()).lasting(Duration.ZERO, Duration.ofSeconds(4)));
      assertTrue(result.latency().getMaxValue() > 900_000_000);
      assertTrue(result.latencyUs(99) < 500_000, () -> "p99 " + result.latencyUs(99));
    }
  }

  private static TinyServer stalling(Stall stall) throws IOException {
    return new TinyServer(
        (number, socket) -> {
          stall.pass(number);
          TinyServer.send(socket, TinyServer.OK);
        });
  }

  @Test
  void aRateThatCannotBeKeptIsNamed() throws Exception {
    try (TinyServer server = TinyServer.answering(TinyServer.OK)) {
      LoadPlan plan = plan(Pacing.constant(20e6)).lasting(Duration.ZERO, SHORT).within(SHORT);
      LoadResult result = run(server.address(), plan);
      // A machine that stands still for so long connects nobody.
      for (int i = 0; i < 20 && result.validity() == Validity.NOTHING_DONE; i++) {
        result = run(server.address(), plan);
      }
      assertEquals(Validity.FELL_BEHIND, result.validity(), result.reason());
      assertTrue(result.reason().contains("lower rate"), result.reason());
    }
  }

  @Test
  void theRateIsReached() throws Exception {
    try (TinyServer server = TinyServer.answering(TinyServer.OK)) {
      LoadPlan plan = plan(Pacing.constant(1_000)).lasting(SHORT, Duration.ofSeconds(1)).by(2);
      LoadResult result = run(server.address(), plan);
      // In a second of which the machine stands still for a part it is not.
      for (int i = 0; i < 20 && Math.abs(result.reached() - 1_000) > 300; i++) {
        result = run(server.address(), plan);
      }
      assertEquals(1_000, result.done());
      assertEquals(1_000, result.reached(), 300);
    }
  }

  @Test
  void refusalsAreCountedByCodeAndDoNotImproveTheLatency() throws Exception {
    String problem = "{\"status\":503,\"code\":\"overloaded\",\"detail\":\"later\"}";
    try (TinyServer server =
        new TinyServer(
            (number, socket) ->
                TinyServer.send(
                    socket,
                    number % 2 == 0
                        ? TinyServer.OK
                        : "HTTP/1.1 503 No\r\ncontent-length: "
                            + problem.length()
                            + "\r\n\r\n"
                            + problem))) {
      LoadResult result = run(server.address(), short100());
      assertEquals(Set.of("overloaded"), result.errors().keySet());
      assertEquals(result.failed(), result.refused().getTotalCount());
      assertEquals(result.done(), result.latency().getTotalCount());
    }
  }

  @Test
  void aTargetThatHangsTimesOut() throws Exception {
    try (TinyServer server = new TinyServer((number, socket) -> {})) {
      LoadResult result = run(server.address(), short100().within(CONNECTED));
      assertEquals(Set.of("timeout"), result.errors().keySet());
      assertEquals(Validity.NOTHING_DONE, result.validity());
      assertTrue(result.latencyUs(50) >= 4_900_000, "a lost request counts with its wait");
    }
  }

  @Test
  void brokenAnswersHaveNames() throws Exception {
    assertError("garbled_answer", (number, socket) -> TinyServer.send(socket, "what?\r\n\r\n"));
    assertError(
        "garbled_answer", (number, socket) -> TinyServer.send(socket, TinyServer.OK + "more"));
    assertError(
        "wrong_answer",
        (number, socket) -> TinyServer.send(socket, TinyServer.OK.replace("ok", "no")));
    assertError(
        "connection_closed",
        (number, socket) -> {
          TinyServer.send(socket, TinyServer.OK.substring(0, 20));
          socket.close();
        });
    assertError(
        "connection_reset",
        (number, socket) -> {
          socket.setSoLinger(true, 0);
          socket.close();
        });
    assertError(
        "http_404",
        (number, socket) ->
            TinyServer.send(socket, "HTTP/1.1 404 Not\r\nContent-Length: 0\r\n\r\n"));
  }

  private static void assertError(String name, TinyServer.Behaviour behaviour) throws Exception {
    try (TinyServer server = new TinyServer(behaviour)) {
      LoadResult result = run(server.address(), short100());
      assertEquals(0, result.done(), name);
      assertEquals(Set.of(name), result.errors().keySet());
    }
  }

  @Test
  void nobodyListens() throws Exception {
    // Bound, so that nobody else gets the port, and not listening.
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      LoadResult result = run((InetSocketAddress) socket.getLocalSocketAddress(), short100());
      assertEquals(Set.of("connect_failed"), result.errors().keySet());
    }
  }

  @Test
  void aConnectionThatEndsInGoodOrderIsMadeAgain() throws Exception {
    String last = TinyServer.OK.replace("Content", "Connection: close\r\nContent");
    try (TinyServer server = TinyServer.answering(last)) {
      LoadResult result = run(server.address(), short100());
      assertEquals(Map.of(), result.errors());
    }
  }

  @Test
  void theIntervalLogHoldsEveryRequest(@TempDir Path folder) throws Exception {
    try (TinyServer server = TinyServer.answering(TinyServer.OK);
        LoadGenerator generator =
            new LoadGenerator(
                server.address(),
                PROTOCOL,
                plan(Pacing.constant(500)).lasting(SHORT, Duration.ofMillis(2_500)))) {
      LoadResult result = generator.run();
      RunFolder.write(folder, Run.of("a run", "a target", PROTOCOL.name(), result));
      long logged = 0;
      int intervals = 0;
      HistogramLogReader reader = new HistogramLogReader(folder.resolve("latency.hlog").toFile());
      while (reader.hasNext()) {
        logged += ((Histogram) reader.nextIntervalHistogram()).getTotalCount();
        intervals++;
      }
      reader.close();
      assertEquals(result.latency().getTotalCount(), logged);
      assertTrue(intervals >= 3, "a line for each second");
      assertTrue(folder.resolve("hiccup.hlog").toFile().length() > 0);
    }
  }

  private static LoadPlan plan(Pacing pacing) {
    return LoadPlan.of(pacing).over(8).within(PATIENT);
  }

  private static LoadPlan short100() {
    return plan(Pacing.constant(100)).lasting(Duration.ZERO, SHORT);
  }

  private static LoadResult run(InetSocketAddress address, LoadPlan plan) throws Exception {
    LoadResult result = LoadGenerator.run(address, PROTOCOL, plan);
    System.out.println(result.plan() + "\n" + Summary.text(result));
    return result;
  }
}
