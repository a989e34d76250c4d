package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The analysis finds each thing that an event loop must not do, and nothing else. */
class FlightRecordingTest {
  private static final String LOOP = "vert.x-eventloop-thread-7";

  @TempDir private Path folder;

  private interface Action {
    void run() throws Exception;
  }

  @Test
  void eachKindOfBlockingIsFound() throws Exception {
    Set<String> kinds = kinds(recorded(LOOP, this::block));
    assertEquals(
        Set.of(
            "jdk.ThreadPark",
            "jdk.JavaMonitorEnter",
            "jdk.JavaMonitorWait",
            "jdk.ThreadSleep",
            "jdk.FileForce",
            "jdk.FileRead",
            "jdk.FileWrite",
            "jdk.SocketRead",
            "jdk.SocketWrite"),
        kinds);
  }

  @Test
  void anHsmCallIsFound() throws Exception {
    try (Hsm hsm = SoftHsmToken.login()) {
      FlightRecording recording = recorded(LOOP, hsm::ping);
      assertTrue(kinds(recording).contains("jdk.MethodTrace"), () -> "" + recording.findings());
      assertEquals(0, recording.hsmCallsElsewhere());
    }
  }

  @Test
  void otherThreadsMayBlock() throws Exception {
    try (Hsm hsm = SoftHsmToken.login()) {
      FlightRecording recording =
          recorded(
              "hsm-7",
              () -> {
                block();
                hsm.ping();
              });
      assertEquals(List.of(), recording.findings());
      assertTrue(recording.hsmCallsElsewhere() > 0);
    }
  }

  /** A handler of ours that answers writes to a socket, by way of Netty. */
  @Test
  void aServerThatAnswersDoesNotBlock() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (HttpClient http = HttpClient.newHttpClient()) {
      int port =
          vertx
              .createHttpServer()
              .requestHandler(request -> request.response().end("done"))
              .listen(0)
              .await()
              .actualPort();
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build();
      FlightRecording recording =
          recorded(
              "client",
              () -> assertEquals("done", http.send(request, BodyHandlers.ofString()).body()));
      assertEquals(List.of(), recording.findings());
      assertTrue(recording.loopEvents().containsKey("jdk.SocketWrite"), "the write was recorded");
    } finally {
      vertx.close().await();
    }
  }

  private FlightRecording recorded(String thread, Action action) throws Exception {
    Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording(Configuration.create(FlightRecording.SETTINGS))) {
      recording.start();
      Throwable[] failure = new Throwable[1];
      Thread running =
          Thread.ofPlatform()
              .name(thread)
              .start(
                  () -> {
                    try {
                      action.run();
                    } catch (Exception | AssertionError e) {
                      failure[0] = e;
                    }
                  });
      running.join();
      recording.stop();
      recording.dump(file);
      if (failure[0] != null) {
        throw new AssertionError(failure[0]);
      }
    }
    return FlightRecording.read(file);
  }

  private static Set<String> kinds(FlightRecording recording) {
    return recording.findings().stream()
        .map(finding -> finding.substring(0, finding.indexOf(' ')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void block() throws Exception {
    LockSupport.parkNanos(1_000_000);
    Thread.sleep(1);
    monitors();
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("file"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[100]));
      file.force(true);
      file.read(ByteBuffer.allocate(10), 0);
    }
    sockets();
  }

  private static void monitors() throws InterruptedException {
    Object monitor = new Object();
    Thread waiting = Thread.currentThread();
    CountDownLatch taken = new CountDownLatch(1);
    Thread holder =
        Thread.ofPlatform()
            .start(
                () -> {
                  synchronized (monitor) {
                    taken.countDown();
                    // However late the other one comes, it finds the monitor held.
                    while (waiting.getState() != Thread.State.BLOCKED) {
                      LockSupport.parkNanos(1_000_000);
                    }
                  }
                });
    taken.await();
    synchronized (monitor) {
      long end = System.nanoTime() + 1_000_000;
      do {
        monitor.wait(1);
      } while (System.nanoTime() < end);
    }
    holder.join();
  }

  private static void sockets() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
        Socket server = listener.accept()) {
      client.getOutputStream().write(1);
      assertEquals(1, server.getInputStream().read());
    }
  }
}
