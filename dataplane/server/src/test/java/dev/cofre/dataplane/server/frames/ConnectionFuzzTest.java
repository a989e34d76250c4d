package dev.cofre.dataplane.server.frames;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cofre.contract.frames.Hello;
import dev.cofre.dataplane.server.http.TestNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Coverage-guided: whatever comes after a hello, in whatever pieces, the connection answers or
 * ends, and leaves nothing behind.
 */
class ConnectionFuzzTest {
  private static TestNode node;
  private static FrameLoop loop;
  private static final Queue<Runnable> TASKS = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(Files.createTempDirectory("cofre-fuzz"));
    loop =
        new FrameLoop(
            node.vertx(),
            node.state(),
            node.state().engine().newRequestPath(TASKS::add),
            new FrameSettings(Optional.empty(), Optional.empty(), 10_000, 10_000),
            TASKS::add);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @FuzzTest(maxDuration = "10m")
  void anyFrames(byte[] bytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new FrameConnection(loop, "fuzz"));
    byte[] hello = Hello.of(TestNode.APP_TOKEN.getBytes(StandardCharsets.UTF_8)).frame(1);
    write(channel, hello, 0, hello.length);
    int cut = bytes.length == 0 ? 0 : (bytes[0] & 0xff) % bytes.length;
    write(channel, bytes, 0, cut);
    write(channel, bytes, cut, bytes.length);
    channel.close();
    run(channel);
    channel.releaseOutbound();
    channel.checkException();
    if (node.state().heldBytes() != 0 || node.state().frames().connections() != 0) {
      throw new AssertionError("something is left of the connection");
    }
  }

  private static void write(EmbeddedChannel channel, byte[] bytes, int from, int to) {
    if (channel.isOpen()) {
      channel.writeInbound(Unpooled.copiedBuffer(bytes, from, to - from));
      run(channel);
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        out.release();
      }
    }
  }

  private static void run(EmbeddedChannel channel) {
    for (Runnable task = TASKS.poll(); task != null; task = TASKS.poll()) {
      task.run();
    }
    channel.runPendingTasks();
  }
}
