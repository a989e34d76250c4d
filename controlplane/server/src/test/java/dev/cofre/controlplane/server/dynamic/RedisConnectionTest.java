package dev.cofre.controlplane.server.dynamic;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.controlplane.domain.EngineKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Replies as they may come, and systems that are no Redis. */
class RedisConnectionTest {
  private static Object read(String reply) throws IOException, RedisException {
    return new RedisReader(new ByteArrayInputStream(reply.getBytes(US_ASCII))).next();
  }

  @Test
  void readsEachKindOfReply() throws Exception {
    assertEquals("OK", read("+OK\r\n"));
    assertEquals(-7L, read(":-7\r\n"));
    assertEquals("a\r\nb", read("$4\r\na\r\nb\r\n"));
    assertEquals("", read("$0\r\n\r\n"));
    assertNull(read("$-1\r\n"));
    assertNull(read("*-1\r\n"));
    assertEquals(List.of(), read("*0\r\n"));
    assertEquals(List.of("x", List.of(1L), "y"), read("*3\r\n$1\r\nx\r\n*1\r\n:1\r\n+y\r\n"));
    RedisException error = assertThrows(RedisException.class, () -> read("-NOPERM no key x\r\n"));
    assertEquals("NOPERM", error.code());
    assertFalse(error.toString().contains("key x"), "its words are told to nobody");
    assertEquals("ERR", assertThrows(RedisException.class, () -> read("-no code here\r\n")).code());
  }

  @Test
  void whatIsNoReplyIsRefusedBeforeRoomIsMadeForIt() {
    for (String reply :
        List.of(
            "",
            "HTTP/1.1 400 Bad Request\r\n",
            "$2147483647\r\n",
            "$9223372036854775807\r\n",
            "$99999999999999999999\r\n",
            "*2147483647\r\n",
            "$5\r\nab",
            "$1\r\nabc\r\n",
            "$x\r\n",
            "+no end",
            "+bare\rreturn\r\n",
            "*1\r\n-ERR within\r\n",
            "*1\r\n".repeat(100),
            "+" + "x".repeat(RedisReader.REPLY_BYTES_MAX) + "\r\n",
            "*" + RedisReader.PARTS_MAX + "\r\n" + ":1\r\n".repeat(RedisReader.PARTS_MAX))) {
      assertThrows(IOException.class, () -> read(reply), () -> shortened(reply));
    }
  }

  private static String shortened(String reply) {
    return reply.substring(0, Math.min(20, reply.length()));
  }

  /** What is done with a connection, and the bytes that came by it. */
  @FunctionalInterface
  private interface Peer {
    void meet(Socket socket) throws IOException;
  }

  private static TargetException.Kind met(Peer peer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> ended = new CompletableFuture<>();
      Thread.startVirtualThread(
          () -> {
            try (Socket socket = server.accept()) {
              peer.meet(socket);
            } catch (IOException e) {
              // It was cut off, as it should be.
            } finally {
              ended.complete(null);
            }
          });
      Target target =
          new Target(
              EngineKind.REDIS,
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
                  new RedisEngine(KernelRandom.INSTANCE)
                      .open(target, UserNames.password(KernelRandom.INSTANCE)));
      ended.get(60, TimeUnit.SECONDS);
      return failed.kind();
    }
  }

  @Test
  void whoAnswersNothingOrByDripsIsLetGo() throws Exception {
    Peer silent = socket -> read(socket.getInputStream());
    Peer dripping =
        socket -> {
          OutputStream out = socket.getOutputStream();
          out.write('+');
          while (true) {
            out.write('x');
            out.flush();
            LockSupport.parkNanos(50_000_000);
          }
        };
    assertEquals(TargetException.Kind.AWAY, met(silent));
    assertEquals(TargetException.Kind.AWAY, met(dripping));
  }

  private static void read(InputStream in) throws IOException {
    while (in.read() >= 0) {
      // Until it is cut off.
    }
  }

  @Test
  void whoSpeaksAnotherProtocolOrIsFullIsAway() throws Exception {
    for (String reply :
        List.of(
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "$2147483647\r\n",
            "-ERR max number of clients reached\r\n",
            "-LOADING Redis is loading the dataset in memory\r\n")) {
      assertEquals(
          TargetException.Kind.AWAY,
          met(
              socket -> {
                socket.getOutputStream().write(reply.getBytes(US_ASCII));
                read(socket.getInputStream());
              }),
          reply);
    }
  }
}
