package dev.cofre.client;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.util.function.BiConsumer;

/** A TCP server whose answers a test writes byte by byte. */
final class ScriptedServer implements AutoCloseable {
  private final NetServer server;

  private ScriptedServer(NetServer server) {
    this.server = server;
  }

  /**
   * Calls {@code script} each time bytes have come, with the socket and all that came on it so far.
   */
  static ScriptedServer start(Vertx vertx, BiConsumer<NetSocket, Buffer> script) {
    NetServer server = vertx.createNetServer();
    server.connectHandler(
        socket -> {
          Buffer received = Buffer.buffer();
          socket.handler(
              chunk -> {
                received.appendBuffer(chunk);
                script.accept(socket, received);
              });
        });
    return new ScriptedServer(
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join());
  }

  /** Sends {@code answer} once the request's end is seen, then closes. */
  static ScriptedServer answering(Vertx vertx, String answer) {
    return start(
        vertx,
        (socket, received) -> {
          if (received.toString("ISO-8859-1").endsWith("0\r\n\r\n")) {
            socket.write(Buffer.buffer(answer, "ISO-8859-1")).onComplete(done -> socket.close());
          }
        });
  }

  Endpoint endpoint() {
    return Endpoint.at(URI.create("http://127.0.0.1:" + server.actualPort()));
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
