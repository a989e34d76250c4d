package dev.cofre.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.generator.Stall;
import dev.cofre.loadtest.generator.TinyServer;
import dev.cofre.loadtest.report.StoredRun;
import dev.cofre.loadtest.run.Comparison;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command against HTTP servers that are not ours. */
class LoadMainTest {
  @TempDir Path folder;

  /** An open loop shows the second; the page beside it shows what a closed loop would have said. */
  @Test
  void theSecondIsSeenByTheOpenLoopAlone() throws Exception {
    AtomicReference<Stall> stall = new AtomicReference<>(new Stall(600));
    AtomicLong closedNs = new AtomicLong();
    AtomicBoolean stalled = new AtomicBoolean();
    try (TinyServer server =
        new TinyServer(
            (number, socket) -> {
              // Behind the 2,100 of the open loop the closed loop has a stall of its own, at 1.5 s.
              if (number >= 2_100 && closedNs.get() == 0) {
                closedNs.set(System.nanoTime());
              }
              if (closedNs.get() > 0
                  && System.nanoTime() - closedNs.get() > 1_500_000_000
                  && stalled.compareAndSet(false, true)) {
                stall.set(new Stall(number));
              }
              stall.get().pass(number);
              TinyServer.send(socket, TinyServer.OK);
            })) {
      int code =
          load(
              """
              target: {protocol: http, url: "%s", connections: 4, timeoutMs: 10000}
              arrivals: [{shape: constant, rate: 500, seconds: 4}]
              warmUpSeconds: 0.2
              compareClosedLoopSeconds: 3
              operations: [{method: GET, path: /}]
              """
                  .formatted(url(server)),
              "latencyMs: {p99.9: 500}");
      assertCode(1, code, folder);
    }
    JsonObject summary = summary();
    assertEquals(2_000, summary.getInteger("done"));
    double p999 = summary.getJsonObject("latencyUs").getDouble("p99.9");
    double p99 = summary.getJsonObject("latencyUs").getDouble("p99");
    assertTrue(p99 > 800_000, () -> "open loop p99 " + p99);
    assertTrue(p999 > 900_000, () -> "open loop p99.9 " + p999);
    JsonObject closed = summary.getJsonObject("closedLoop").getJsonObject("latencyUs");
    assertTrue(closed.getDouble("max") > 800_000, "the closed loop met the stall too: " + closed);
    assertTrue(closed.getDouble("p99") < 300_000, () -> "closed loop p99 " + closed);
    String page = Files.readString(folder.resolve("report.html"));
    assertTrue(page.contains("The SLO is missed: 1 of 1"), "the stall is beyond the SLO");
    assertTrue(page.contains("a closed loop says"));
    assertTrue(page.indexOf("class=\"verdict") < page.indexOf("<svg"), "the verdict is first");
    assertFalse(page.matches("(?s).*(src|href)=\"?http.*"), "it reaches for nothing");
  }

  /** Method, path, headers and body come from the file. */
  @Test
  void aPlainHttpServerThatIsNotOurs() throws Exception {
    AtomicReference<String> seen = new AtomicReference<>();
    try (ForeignServer server = new ForeignServer(seen::set)) {
      int code =
          load(
              """
              target: {protocol: http, url: "http://127.0.0.1:%d", connections: 2}
              arrivals: [{shape: poisson, rate: 100, seconds: 1}]
              warmUpSeconds: 0
              operations:
                - {method: PUT, path: "/things/1?x=y", headers: {X-Colour: blue}, body: "some words"}
              """
                  .formatted(server.port()),
              "errors: {share: 0}\nrate: {atLeast: 10}");
      assertCode(0, code, folder);
    }
    assertEquals("PUT /things/1?x=y blue some words", seen.get());
    JsonObject summary = summary();
    assertEquals(100, summary.getInteger("done"));
    assertTrue(
        summary.getJsonArray("slo").stream().allMatch(c -> ((JsonObject) c).getBoolean("holds")));
    assertTrue(summary.getJsonObject("generator").getDouble("ceilingPerSecond") > 1_000);
    String junit = Files.readString(folder.resolve("junit.xml"));
    assertTrue(junit.contains("tests=\"3\" failures=\"0\" errors="), junit);
  }

  @Test
  void badTargetsHaveNamedErrorsAndReports() throws Exception {
    assertErrors("timeout", (number, socket) -> {});
    assertErrors("garbled_answer", (number, socket) -> TinyServer.send(socket, "what?\r\n\r\n"));
    assertErrors(
        "connection_closed",
        (number, socket) -> {
          TinyServer.send(socket, TinyServer.OK.substring(0, 20));
          socket.close();
        });
    assertErrors(
        "connection_reset",
        (number, socket) -> {
          socket.setSoLinger(true, 0);
          socket.close();
        });
    assertErrors(
        "http_503",
        (number, socket) ->
            TinyServer.send(socket, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"));
    // Bound, so that nobody else gets the port, and not listening.
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      assertErrors("connect_failed", "http://127.0.0.1:" + socket.getLocalPort());
    }
  }

  private void assertErrors(String code, TinyServer.Behaviour behaviour) throws Exception {
    try (TinyServer server = new TinyServer(behaviour)) {
      assertErrors(code, url(server));
    }
  }

  private void assertErrors(String code, String url) throws Exception {
    int exit =
        load(
            """
            target: {protocol: http, url: "%s", connections: 4, timeoutMs: %d}
            arrivals: [{shape: constant, rate: 50, seconds: 0.5}]
            warmUpSeconds: 0
            operations: [{path: /}]
            """
                .formatted(url, code.equals("timeout") ? 3_000 : 10_000),
            "errors: {share: 0.5}");
    assertEquals(2, exit, "nothing was done: the run says nothing of latency");
    JsonObject summary = summary();
    assertEquals(Set.of(code), summary.getJsonObject("errors").fieldNames());
    assertEquals(25, summary.getInteger("failed"));
    assertEquals("nothing_done", summary.getString("valid"));
    assertTrue(Files.readString(folder.resolve("report.html")).contains(code));
  }

  @Test
  void twoPartsMergeToWhatOneWouldHaveSent() throws Exception {
    try (TinyServer server = TinyServer.answering(TinyServer.OK)) {
      String workload =
          """
          target: {protocol: http, url: "%s", connections: 2}
          arrivals: [{shape: ramp, from: 50, to: 250, seconds: 2}]
          warmUpSeconds: 0
          operations: [{path: /}]
          """
              .formatted(url(server));
      Path file = Files.writeString(folder.resolve("w.yaml"), workload);
      Instant at = Instant.now().plusSeconds(6);
      Thread first = Thread.ofPlatform().start(() -> part(file, 1, at));
      part(file, 2, at);
      first.join();
    }
    Path a = folder.resolve("part-1");
    Path b = folder.resolve("part-2");
    int code = LoadMain.execute("merge", a.toString(), b.toString(), "--out", folder.toString());
    assertCode(0, code, folder);
    StoredRun one = StoredRun.read(a);
    StoredRun two = StoredRun.read(b);
    StoredRun merged = StoredRun.read(folder);
    assertEquals(300, merged.summary().getInteger("done"));
    assertEquals(150, one.summary().getInteger("done"));
    org.HdrHistogram.Histogram expected = one.latency();
    expected.add(two.latency());
    assertEquals(expected, merged.latency(), "bucket by bucket");
    assertEquals(300, merged.intervals().stream().mapToLong(interval -> interval.due()).sum());
  }

  private void part(Path file, int part, Instant at) {
    LoadMain.execute(
        "-f",
        file.toString(),
        "--no-ceiling",
        "--part",
        part + "/2",
        "--start-at",
        at.toString(),
        "--out",
        folder.resolve("part-" + part).toString());
  }

  @Test
  void runsAreComparedByTheirNoise() throws Exception {
    Path slow = folder.resolve("slow");
    Path again = folder.resolve("again");
    Path fast = folder.resolve("fast");
    try (TinyServer server = delayed(200)) {
      run(server, slow);
      run(server, again);
    }
    try (TinyServer server = delayed(1)) {
      run(server, fast);
    }
    boolean valid =
        StoredRun.read(slow).isValid()
            && StoredRun.read(again).isValid()
            && StoredRun.read(fast).isValid();
    int code = LoadMain.execute("compare", slow.toString(), fast.toString());
    assertEquals(valid ? 1 : code, code);
    assertTrue(median(slow, fast).differs(), () -> median(slow, fast).toString());
    // On a machine that is busy by turns two medians do differ: only a quiet one shows that they do
    // not.
    assertTrue(!median(slow, again).differs() || !valid, () -> median(slow, again).toString());
    assertEquals(
        2, LoadMain.execute("compare", slow.toString(), folder.resolve("none").toString()));
  }

  private static TinyServer delayed(long ms) throws IOException {
    return new TinyServer(
        (number, socket) -> {
          java.util.concurrent.locks.LockSupport.parkNanos(ms * 1_000_000);
          TinyServer.send(socket, TinyServer.OK);
        });
  }

  private static Comparison.Line median(Path first, Path second) {
    try {
      return Comparison.of(StoredRun.read(first), StoredRun.read(second)).getFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(TinyServer server, Path out) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("w.yaml"),
            """
            target: {protocol: http, url: "%s", connections: 64}
            arrivals: [{shape: constant, rate: 50, seconds: 5.2}]
            warmUpSeconds: 0.2
            operations: [{path: /}]
            """
                .formatted(url(server)));
    int code = LoadMain.execute("-f", file.toString(), "--no-ceiling", "--out", out.toString());
    assertCode(0, code, out);
  }

  /** Exit code 2 where the machine was too busy for a generator to keep its schedule on. */
  private static void assertCode(int expected, int code, Path out) throws IOException {
    String valid = summary(out).getString("valid");
    assertEquals(valid.equals("fell_behind") ? 2 : expected, code, valid);
  }

  @Test
  void wrongFilesAndUsageAreExitCodeTwo() throws Exception {
    assertEquals(2, load("operations: [{do: fly}]", "errors: {share: 0}"));
    assertEquals(2, load("operations: [{do: encrypt}]", "errors: {share: 7}"));
    assertEquals(2, LoadMain.execute("-f", folder.resolve("none.yaml").toString()));
    assertEquals(2, LoadMain.execute("--no-such-option"));
    assertEquals(
        2,
        load(
            """
            target: {protocol: http, url: "http://127.0.0.1:1"}
            operations: [{path: /}]
            events: [{at: 1, do: exec, argv: [/bin/true]}]
            """,
            "errors: {share: 0}"),
        "a program that was not allowed");
    assertFalse(Files.exists(folder.resolve("summary.json")), "nothing was sent");
  }

  private int load(String workload, String slo) throws IOException {
    Path file = Files.writeString(folder.resolve("w.yaml"), workload);
    Path limits = Files.writeString(folder.resolve("s.yaml"), slo);
    boolean ceiling = workload.contains("PUT");
    return LoadMain.execute(
        "-f",
        file.toString(),
        "--slo",
        limits.toString(),
        "--out",
        folder.toString(),
        ceiling ? "--seed=1" : "--no-ceiling");
  }

  private JsonObject summary() throws IOException {
    return summary(folder);
  }

  private static JsonObject summary(Path folder) throws IOException {
    return new JsonObject(Files.readString(folder.resolve("summary.json")));
  }

  private static String url(TinyServer server) {
    return "http://127.0.0.1:" + server.address().getPort();
  }
}
