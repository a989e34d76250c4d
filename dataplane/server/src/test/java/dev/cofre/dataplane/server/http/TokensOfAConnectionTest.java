package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One connection, one token after another: each request is its own token's, and no other's. */
class TokensOfAConnectionTest extends NodeEach {
  private static final int LIMIT_MS = 120_000;

  private int status(Socket socket, WireAnswers answers, String token) throws IOException {
    String authorization = token == null ? "" : "Authorization: Bearer " + token + "\r\n";
    socket
        .getOutputStream()
        .write(
            ("POST /v1/keys/demo/encrypt HTTP/1.1\r\nHost: x\r\n"
                    + authorization
                    + "Content-Type: application/octet-stream\r\nContent-Length: 1\r\n\r\nx")
                .getBytes(StandardCharsets.ISO_8859_1));
    return answers.next().status();
  }

  @Test
  void eachRequestIsOfItsOwnToken() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port)) {
      socket.setSoTimeout(LIMIT_MS);
      WireAnswers answers = new WireAnswers(socket.getInputStream());
      for (int i = 0; i < 3; i++) {
        assertEquals(200, status(socket, answers, TestNode.APP_TOKEN));
        assertEquals(200, status(socket, answers, TestNode.APP_TOKEN));
        assertEquals(404, status(socket, answers, TestNode.STRANGER_TOKEN));
        assertEquals(401, status(socket, answers, null));
        assertEquals(404, status(socket, answers, TestNode.STRANGER_TOKEN));
        assertEquals(401, status(socket, answers, TestNode.STRANGER_TOKEN + "0"));
        assertEquals(401, status(socket, answers, TestNode.APP_TOKEN.substring(1)));
        assertEquals(403, status(socket, answers, TestNode.OFFICER_TOKEN));
      }
    }
    List<String> done =
        node.auditLines().stream()
            .filter(line -> line.contains("\"outcome\":\"allowed\""))
            .toList();
    assertEquals(6, done.size());
    assertTrue(done.stream().allMatch(line -> line.contains("\"principal\":\"app\"")));
  }

  @Test
  void aTokenThatIsReplacedIsNobodysFromThenOn() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port)) {
      socket.setSoTimeout(LIMIT_MS);
      WireAnswers answers = new WireAnswers(socket.getInputStream());
      assertEquals(200, status(socket, answers, TestNode.APP_TOKEN));
      node.replaceToken();
      assertEquals(401, status(socket, answers, TestNode.APP_TOKEN));
    }
  }
}
