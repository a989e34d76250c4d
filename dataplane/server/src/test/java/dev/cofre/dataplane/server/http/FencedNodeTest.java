package dev.cofre.dataplane.server.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.snapshot.wire.KeyState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that is cut off refuses everything at its limit; who is not known any more is refused. */
@Timeout(240)
class FencedNodeTest extends NodeEach {
  private static final Duration LIMIT = Duration.ofMinutes(5).plusSeconds(1);

  @Test
  void everyCallIsRefusedAtTheLimitAndServedAgainAfterwards() throws Exception {
    byte[] envelope = calls.raw("/v1/keys/demo/encrypt", new byte[5]).body();
    String wrapped = calls.json("/v1/keys/demo/data-keys", "{}").json().getString("wrapped");
    String b64 = Base64.getEncoder().encodeToString(envelope);
    node.pass(LIMIT);
    assertFenced(calls.raw("/v1/keys/demo/encrypt", new byte[5]));
    assertFenced(calls.raw("/v1/keys/demo/encrypt", new byte[200_000]));
    assertFenced(calls.raw("/v1/decrypt", envelope));
    assertFenced(calls.raw("/v1/reencrypt", envelope));
    assertFenced(calls.json("/v1/keys/demo/encrypt", "{\"plaintext\":\"AAAA\"}"));
    assertFenced(calls.json("/v1/decrypt", "{\"items\":[{\"ciphertext\":\"" + b64 + "\"}]}"));
    assertFenced(calls.json("/v1/keys/demo/data-keys", "{}"));
    assertFenced(calls.json("/v1/data-keys/unwrap", "{\"wrapped\":\"" + wrapped + "\"}"));
    assertEquals(503, calls.get("/health/ready").status());
    node.publish(KeyState.KEY_STATE_ACTIVE);
    assertEquals(200, calls.raw("/v1/decrypt", envelope).status());
  }

  private static void assertFenced(Calls.Answer answer) {
    assertEquals("503 policy_stale", answer.status() + " " + answer.code());
    assertTrue(answer.response().headers().firstValue("Retry-After").isPresent());
  }

  @Test
  void anOpenStreamEndsWhenTheNodeIsFenced() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port)) {
      OutputStream out = socket.getOutputStream();
      out.write(head(TestNode.APP_TOKEN, "Transfer-Encoding: chunked"));
      chunk(out, 200_000);
      // The status line comes when the stream has begun.
      BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      assertTrue(in.readLine().contains("200"));
      node.pass(LIMIT);
      chunkUntilCutOff(out, 65_536);
      awaitCode("policy_stale");
      awaitEnd(in);
    }
  }

  /** The node may end the stream at the first bytes of the chunk, before the last are written. */
  private static void chunkUntilCutOff(OutputStream out, int length) throws Exception {
    try {
      chunk(out, length);
    } catch (SocketException cutOff) {
      assertTrue(isCutOff(cutOff), cutOff::getMessage);
    }
  }

  private static boolean isCutOff(SocketException e) {
    return e.getMessage().contains("reset") || e.getMessage().contains("Broken pipe");
  }

  /** To the end, which comes without the last chunk: as an end, or as a reset. */
  private static void awaitEnd(BufferedReader in) throws IOException {
    try {
      while (in.read() >= 0) {
        assertFalse(Thread.currentThread().isInterrupted());
      }
    } catch (SocketException cutOff) {
      assertTrue(isCutOff(cutOff), cutOff::getMessage);
    }
  }

  @Test
  void aRequestWhoseBodyComesAfterItsTokenWasReplacedIsRefused() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port)) {
      OutputStream out = socket.getOutputStream();
      out.write(head(TestNode.APP_TOKEN, "Content-Length: 5\r\nExpect: 100-continue"));
      BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      assertTrue(in.readLine().contains("100"), "it is authenticated");
      in.readLine();
      node.replaceToken();
      out.write(new byte[5]);
      assertTrue(in.readLine().contains("401"));
      awaitCode("unauthenticated");
    }
  }

  private void awaitCode(String code) throws Exception {
    long deadlineNs = System.nanoTime() + 120_000_000_000L;
    while (node.auditLines().stream().noneMatch(line -> line.contains("\"code\":\"" + code))) {
      assertTrue(System.nanoTime() < deadlineNs, code);
      Thread.onSpinWait();
    }
  }

  private static byte[] head(String token, String more) {
    return ("POST /v1/keys/demo/encrypt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + token
            + "\r\nContent-Type: application/octet-stream\r\n"
            + more
            + "\r\n\r\n")
        .getBytes(US_ASCII);
  }

  private static void chunk(OutputStream out, int length) throws Exception {
    out.write((Integer.toHexString(length) + "\r\n").getBytes(US_ASCII));
    out.write(new byte[length]);
    out.write("\r\n".getBytes(US_ASCII));
    out.flush();
  }
}
