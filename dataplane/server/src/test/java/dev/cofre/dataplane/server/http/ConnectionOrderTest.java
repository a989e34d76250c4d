package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Requests on one HTTP/1.1 connection that do not wait for each other, and refusals that come after
 * a part of a body was sent: each answer is that of its request, or the connection ends.
 */
class ConnectionOrderTest extends OneNode {
  private static final int LIMIT_MS = 120_000;
  private static final int LONG = 400_000;

  private static Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port);
    socket.setSoTimeout(LIMIT_MS);
    return socket;
  }

  private static byte[] head(String path, String type, int length) {
    String text =
        """
        POST %s HTTP/1.1
        Host: x
        Authorization: Bearer %s
        Content-Type: %s
        Content-Length: %d

        """
            .formatted(path, TestNode.APP_TOKEN, type, length);
    return text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] request(String path, String type, byte[] body) {
    byte[] head = head(path, type, body.length);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] sealed(byte[] plaintext) throws Exception {
    return calls.raw("/v1/keys/demo/encrypt", plaintext).body();
  }

  private static byte[] opened(byte[] envelope) throws Exception {
    Calls.Answer answer = calls.raw("/v1/decrypt", envelope);
    assertEquals(200, answer.status());
    return answer.body();
  }

  private static void refused(int status, String code, WireAnswers.Answer answer) {
    assertEquals(status, answer.status(), answer::text);
    assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer::text);
    assertFalse(answer.text().contains("Exception"), answer::text);
  }

  /** Sends {@code bytes} beside the reading of answers, as a peer that does not wait does. */
  private static Thread send(OutputStream out, byte[] bytes) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                out.write(bytes);
                out.flush();
              } catch (IOException e) {
                // The node may have ended the connection: what was answered until then counts.
                assertFalse(e.getMessage().isEmpty());
              }
            });
  }

  /** A request and what its answer must be. */
  private record Asked(byte[] request, Consumer<WireAnswers.Answer> check) {}

  private static Asked encrypt(byte[] plaintext) {
    return new Asked(
        request("/v1/keys/demo/encrypt", Calls.RAW, plaintext),
        answer -> {
          assertEquals(200, answer.status(), answer::text);
          try {
            assertArrayEquals(plaintext, opened(answer.body()));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  private static Asked decrypt(byte[] plaintext) throws Exception {
    return new Asked(
        request("/v1/decrypt", Calls.RAW, sealed(plaintext)),
        answer -> {
          assertEquals(200, answer.status(), answer::text);
          assertArrayEquals(plaintext, answer.body());
        });
  }

  private static Asked wrong(String path, String type, byte[] body, int status, String code) {
    return new Asked(request(path, type, body), answer -> refused(status, code, answer));
  }

  private static void exchange(List<Asked> all) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    all.forEach(asked -> bytes.writeBytes(asked.request));
    try (Socket socket = connect()) {
      Thread sender = send(socket.getOutputStream(), bytes.toByteArray());
      WireAnswers answers = new WireAnswers(socket.getInputStream());
      for (Asked asked : all) {
        WireAnswers.Answer answer = answers.next();
        assertTrue(answer != null && answer.whole(), "each has an answer, and a whole one");
        asked.check.accept(answer);
      }
      sender.join();
    }
  }

  @Test
  void shortPostsThatDoNotWait() throws Exception {
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(encrypt(random(i * 31, i)));
      all.add(decrypt(random(1 + i * 57, ~i)));
      all.add(
          wrong(
              "/v1/keys/demo/encrypt", "text/plain", random(i, i), 415, "unsupported_media_type"));
      all.add(wrong("/v1/keys/absent/encrypt", Calls.RAW, random(i, i), 404, "key_not_found"));
      all.add(wrong("/v1/decrypt", Calls.RAW, random(200, i), 400, "invalid_ciphertext"));
      byte[] json = "{\"plaintext\": ".getBytes(StandardCharsets.US_ASCII);
      all.add(wrong("/v1/keys/demo/encrypt", Calls.JSON, json, 400, "invalid_request"));
    }
    exchange(all);
  }

  /** Streams and whole bodies, answers that wait for the HSM and answers that do not. */
  @Test
  void longPostsAmongShortOnes() throws Exception {
    List<Asked> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(encrypt(random(LONG, i)));
      all.add(decrypt(random(40, i)));
      all.add(decrypt(random(LONG, ~i)));
      all.add(encrypt(random(65_536, i)));
      all.add(encrypt(new byte[0]));
      all.add(wrong("/v1/keys/absent/encrypt", Calls.RAW, random(LONG, i), 404, "key_not_found"));
      all.add(encrypt(random(300, i)));
    }
    exchange(all);
  }

  /** The refusal comes while the body is on its way; all of it comes, and then another request. */
  @Test
  void aLateRefusalLeavesTheConnectionInOrder() throws Exception {
    byte[] body = random(LONG, 1);
    Asked next = decrypt(random(500, 2));
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      WireAnswers answers = new WireAnswers(socket.getInputStream());
      out.write(head("/v1/keys/absent/encrypt", Calls.RAW, body.length));
      out.write(body, 0, body.length / 2);
      refused(404, "key_not_found", answers.next());
      Thread sender = send(out, Arrays.copyOfRange(body, body.length / 2, body.length));
      sender.join();
      Thread again = send(out, next.request);
      next.check.accept(answers.next());
      again.join();
    }
  }

  /** What is too long is refused by its head, while its body comes. */
  @Test
  void aBodyThatIsTooLongIsRefusedBeforeItsEnd() throws Exception {
    int length = 64 << 20;
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      WireAnswers answers = new WireAnswers(socket.getInputStream());
      out.write(head("/v1/keys/demo/encrypt", Calls.JSON, length));
      out.write(random(100_000, 3));
      refused(413, "payload_too_large", answers.next());
      // The rest does not come: the node waits for a moment, then ends the connection.
      assertNull(answers.next());
    }
  }

  /** A request that stands behind half a body is a part of that body. */
  @Test
  void whatLooksLikeARequestWithinARefusedBodyIsNone() throws Exception {
    byte[] smuggled = request("/v1/keys/demo/encrypt", Calls.RAW, random(10, 4));
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      WireAnswers answers = new WireAnswers(socket.getInputStream());
      out.write(head("/v1/keys/absent/encrypt", Calls.RAW, LONG));
      out.write(random(LONG / 2, 5));
      out.write(smuggled);
      refused(404, "key_not_found", answers.next());
      assertNull(answers.next(), "nothing else is answered");
    }
  }

  /** The answer has begun when the damage is found: it is cut, and nothing else is answered. */
  @Test
  void aStreamThatFailsIsCutAndNothingFollowsIt() throws Exception {
    byte[] plaintext = random(LONG, 6);
    byte[] envelope = sealed(plaintext);
    envelope[envelope.length - 1] ^= 1;
    Asked next = decrypt(random(20, 7));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(request("/v1/decrypt", Calls.RAW, envelope));
    bytes.writeBytes(next.request);
    try (Socket socket = connect()) {
      Thread sender = send(socket.getOutputStream(), bytes.toByteArray());
      WireAnswers answers = new WireAnswers(socket.getInputStream());
      WireAnswers.Answer cut = answers.next();
      assertEquals(200, cut.status());
      assertFalse(cut.whole(), "it has no end");
      assertTrue(cut.body().length < plaintext.length);
      assertArrayEquals(Arrays.copyOf(plaintext, cut.body().length), cut.body());
      assertNull(answers.next(), "the connection has ended");
      sender.join();
    }
  }
}
