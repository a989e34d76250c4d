package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.wire.KeyState;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream that is open when its key is disabled ends soon, and not as if it were whole. */
class DisabledStreamTest {
  private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;

  @Test
  void anOpenStreamEndsWithItsKey() throws Exception {
    try (TestNode node = new TestNode(directory);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port)) {
      CompletableFuture<byte[]> answer = CompletableFuture.supplyAsync(() -> readAll(socket));
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/keys/demo/encrypt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                  + TestNode.APP_TOKEN
                  + "\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      writeChunk(out, 1 << 20);
      awaitEvent(node, "\"phase\":\"begin\"");

      node.publish(KeyState.KEY_STATE_DISABLED);
      writeUntilCut(out);

      byte[] received = answer.get(120, TimeUnit.SECONDS);
      assertTrue(new String(received, 0, 15, StandardCharsets.US_ASCII).contains("200"));
      byte[] tail =
          Arrays.copyOfRange(received, received.length - LAST_CHUNK.length, received.length);
      assertFalse(Arrays.equals(LAST_CHUNK, tail), "it must not look whole");
      awaitEvent(node, "\"code\":\"key_disabled\"");
    }
  }

  private static void awaitEvent(TestNode node, String part) throws IOException {
    long deadlineNs = System.nanoTime() + 120_000_000_000L;
    while (node.auditLines().stream().noneMatch(line -> line.contains(part))) {
      assertTrue(System.nanoTime() < deadlineNs, "in time: " + part);
    }
  }

  /** Sixteen times what may pass before the stream asks after its key. */
  private static void writeUntilCut(OutputStream out) {
    try {
      for (int i = 0; i < 64; i++) {
        writeChunk(out, 1 << 20);
      }
      throw new AssertionError("the stream went on");
    } catch (IOException e) {
      assertFalse(String.valueOf(e.getMessage()).isEmpty(), "cut, as it should be");
    }
  }

  private static void writeChunk(OutputStream out, int length) throws IOException {
    out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(new byte[length]);
    out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static byte[] readAll(Socket socket) {
    java.io.ByteArrayOutputStream received = new java.io.ByteArrayOutputStream();
    byte[] buffer = new byte[65_536];
    try {
      for (int n = socket.getInputStream().read(buffer);
          n > 0;
          n = socket.getInputStream().read(buffer)) {
        received.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // A reset is an end too: what came before it is what the caller has.
      return received.toByteArray();
    }
    return received.toByteArray();
  }
}
