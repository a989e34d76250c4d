package dev.cofre.dataplane.server.frames;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.dataplane.server.http.TestNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a log that waits for the disk no answer is ahead of its record, not even a late one. */
@Timeout(240)
class LateAnswerTest {
  private static final long LIMIT_NS = 30_000_000_000L;

  @Test
  void aLateRequestIsToldOnlyOnceThatIsSynced(@TempDir Path directory) throws Exception {
    AtomicReference<HeldLog> log = new AtomicReference<>();
    try (TestNode node =
            new TestNode(
                directory,
                real -> {
                  log.set(new HeldLog(real));
                  return log.get();
                });
        FrameSocket socket = FrameSocket.tcp(node.framePort)) {
      socket.hello(TestNode.APP_TOKEN);
      log.get().hold();
      socket.send(
          RequestWriter.of(FrameType.ENCRYPT)
              .key("demo")
              .deadlineMs(20)
              .frame(7, "late".getBytes(StandardCharsets.UTF_8)));
      long endNs = System.nanoTime() + LIMIT_NS;
      while (!log.get().has("deadline_exceeded")) {
        assertTrue(System.nanoTime() < endNs, "the deadline is written down");
        Thread.sleep(5);
      }
      assertEquals(
          FrameType.PING | FrameType.ANSWER,
          socket.call(RequestWriter.of(FrameType.PING).frame(8)).type(),
          "nothing was answered before the ping");
      log.get().release();
      FrameSocket.Frame late = socket.read();
      assertEquals(7, late.correlation());
      assertEquals("deadline_exceeded", late.code());
      FrameSocket.Frame next =
          socket.call(RequestWriter.of(FrameType.ENCRYPT).key("demo").frame(9, new byte[3]));
      assertEquals(9, next.correlation(), "the late request is answered once");
      assertEquals(0, next.status());
    }
  }
}
