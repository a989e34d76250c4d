package dev.cofre.dataplane.server.frames;

import static dev.cofre.dataplane.server.frames.FramesTest.bytes;
import static dev.cofre.dataplane.server.frames.FramesTest.encrypt;
import static dev.cofre.dataplane.server.frames.FramesTest.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.contract.frames.Streams;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.dataplane.server.frames.FrameSocket.Frame;
import dev.cofre.dataplane.server.http.TestNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is open over frames ends at the next segment: with its key, and with the node's policy. */
@Timeout(240)
class FencedStreamTest {
  private static final int STREAM = 7;
  private static final int SEGMENT = 65_536;

  @TempDir Path directory;
  private TestNode node;
  private FrameSocket socket;

  @BeforeEach
  void start() throws Exception {
    node = new TestNode(directory);
    socket = FrameSocket.tcp(node.framePort);
    socket.hello(TestNode.APP_TOKEN);
  }

  @AfterEach
  void stop() throws Exception {
    socket.close();
    node.close();
  }

  @Test
  void noSegmentLeavesAfterTheKeyIsDisabled() throws Exception {
    begin();
    node.publish(KeyState.KEY_STATE_DISABLED);
    assertEquals("key_disabled", endOf(SEGMENT, false).code());
  }

  @Test
  void norTheLastOne() throws Exception {
    begin();
    node.publish(KeyState.KEY_STATE_DISABLED);
    assertEquals("key_disabled", endOf(1, true).code());
  }

  @Test
  void aFencedNodeEndsStreamsAndRefusesFrames() throws Exception {
    begin();
    node.pass(Duration.ofMinutes(5).plusSeconds(1));
    assertEquals("policy_stale", endOf(SEGMENT, false).code());
    Frame refused = socket.call(encrypt("demo").frame(9, bytes(5)));
    assertEquals("policy_stale", refused.code());
    node.publish(KeyState.KEY_STATE_ACTIVE);
    ok(socket.call(encrypt("demo").frame(10, bytes(5))), 10);
  }

  /** A stream of which one segment has come. */
  private void begin() throws Exception {
    socket.send(
        RequestWriter.openStream(
            STREAM, Streams.ENCRYPT, "demo", EncryptionContext.of(Map.of()), 1 << 24));
    ok(socket.read(), STREAM);
    send(SEGMENT + 1, false);
    int segments = 0;
    while (segments < 2) {
      // The header, then the first segment; credit in between.
      segments += socket.read().type() == (FrameType.STREAM_DATA | FrameType.ANSWER) ? 1 : 0;
    }
  }

  private void send(int length, boolean last) throws Exception {
    socket.send(
        RequestWriter.of(FrameType.STREAM_DATA)
            .flags(last ? FrameFormat.FLAG_END : 0)
            .frame(STREAM, bytes(length)));
  }

  /** The next data frame after {@code length} bytes more were sent. */
  private Frame endOf(int length, boolean last) throws Exception {
    send(length, last);
    Frame frame = socket.read();
    while (frame.type() != (FrameType.STREAM_DATA | FrameType.ANSWER)) {
      frame = socket.read();
    }
    return frame;
  }
}
