package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.EngineKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The client of the management API against whoever may answer at the address. */
class RabbitMqApiTest {
  /** What is done with a connection whose request was read. */
  @FunctionalInterface
  private interface Peer {
    void meet(Socket socket) throws IOException;
  }

  private static TargetException met(Peer peer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> ended = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try (Socket socket = server.accept()) {
              BufferedReader head =
                  new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
              for (String line = head.readLine(); line != null && !line.isEmpty(); ) {
                line = head.readLine();
              }
              peer.meet(socket);
            } catch (IOException e) {
              // It was cut off, as it should be.
            } finally {
              ended.complete(null);
            }
          });
      Target target =
          new Target(
              EngineKind.RABBITMQ,
              "127.0.0.1",
              server.getLocalPort(),
              "",
              "vault_root",
              false,
              Optional.empty());
      TargetException failed =
          assertThrows(
              TargetException.class,
              () ->
                  new RabbitMqEngine(KernelRandom.INSTANCE)
                      .open(target, UserNames.password(KernelRandom.INSTANCE)));
      ended.get(60, TimeUnit.SECONDS);
      return failed;
    }
  }

  private static Peer answering(String text) {
    return socket -> {
      socket.getOutputStream().write(text.getBytes(UTF_8));
      drain(socket.getInputStream());
    };
  }

  private static void drain(InputStream in) throws IOException {
    while (in.read() >= 0) {
      // Until it is cut off.
    }
  }

  private static String json(int status, String body) {
    return "HTTP/1.1 "
        + status
        + " X\r\nContent-Type: application/json\r\nContent-Length: "
        + body.getBytes(UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  @Test
  void whoAnswersNothingByDripsOrWithoutEndIsLetGo() throws Exception {
    Peer silent = socket -> drain(socket.getInputStream());
    Peer dripping =
        socket -> {
          OutputStream out = socket.getOutputStream();
          out.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".getBytes(UTF_8));
          while (true) {
            out.write(' ');
            out.flush();
            LockSupport.parkNanos(50_000_000);
          }
        };
    Peer endless =
        socket -> {
          OutputStream out = socket.getOutputStream();
          out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
          byte[] much = new byte[1 << 16];
          while (true) {
            out.write(much);
          }
        };
    for (Peer peer : List.of(silent, dripping, endless)) {
      assertEquals(TargetException.Kind.AWAY, met(peer).kind());
    }
  }

  @Test
  void whatIsNoAnswerOfARabbitMqIsAway() throws Exception {
    for (String answer :
        List.of(
            json(200, "{}"),
            json(200, "[]"),
            json(200, "not JSON"),
            json(200, "{\"name\": 1}"),
            json(200, "[".repeat(100_000)),
            json(404, "{}"),
            json(302, "").replace("Content-Type", "Location: http://127.0.0.1:1/\r\nContent-Type"),
            json(429, ""),
            json(500, "{}"),
            json(503, "{}"),
            "-ERR no HTTP\r\n")) {
      assertEquals(TargetException.Kind.AWAY, met(answering(answer)).kind(), answer);
    }
  }

  @Test
  void aWrongPasswordIsToldFromARightOneThatOpensNothing() throws Exception {
    for (String body :
        List.of(
            "{\"error\":\"not_authorised\",\"reason\":\"Login failed\"}",
            "{\"error\":\"not_authorized\",\"reason\":\"Not_Authorized\"}",
            "{\"reason\":[\"Not management user\"]}",
            "Not management user",
            "")) {
      assertEquals(TargetException.Kind.LOGIN, met(answering(json(401, body))).kind(), body);
    }
    for (String answer :
        List.of(
            json(401, "{\"error\":\"not_authorised\",\"reason\":\"Not management user\"}"),
            json(200, "{\"name\":\"vault_root\",\"tags\":[\"management\"]}"),
            json(200, "{\"name\":\"vault_root\",\"tags\":\"monitoring,policymaker\"}"))) {
      TargetException refused = met(answering(answer));
      assertEquals(TargetException.Kind.REFUSED, refused.kind(), answer);
      assertTrue(refused.getMessage().contains("no administrator"), refused.getMessage());
    }
  }

  /** Nothing of the server's words, which may hold anything, and no password. */
  @Test
  void messagesAreTheVaultsOwn() throws Exception {
    TargetException failed = met(answering(json(200, "{\"name\": {\"password\": \"hunter2-\"}}")));
    assertFalse(failed.getMessage().contains("hunter2"), failed.getMessage());
  }

  @Test
  void everyCharacterStaysInItsPartOfThePath() {
    for (int c = 0; c <= 0x2100; c++) {
      String part = "a" + (char) c + "b";
      String path = RabbitMqApi.encoded("users", part);
      assertTrue(path.matches("/users/[A-Za-z0-9_%-]+"), path);
      assertEquals(part, URLDecoder.decode(path.substring("/users/".length()), UTF_8));
    }
    assertEquals("/users/%2E%2E", RabbitMqApi.encoded("users", ".."));
    assertEquals("/users/%252F", RabbitMqApi.encoded("users", "%2F"));
  }
}
