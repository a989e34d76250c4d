package dev.cofre.cli;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * An HTTP server that answers in the control plane's place as a test tells it, and a home whose
 * tokens a command shows it.
 */
final class ScriptedPlane implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final Path home;
  private final int port;

  private ScriptedPlane(Path home, Handler<HttpServerRequest> handler) {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(handler)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    this.home = home;
    this.port = server.actualPort();
  }

  /** Starts it; the token of each of {@code principals} in {@code home} is its name. */
  static ScriptedPlane start(Path home, Handler<HttpServerRequest> handler, String... principals)
      throws IOException {
    Files.createDirectory(home.resolve("dev"));
    ScriptedPlane plane = new ScriptedPlane(home, handler);
    for (String principal : principals) {
      plane.token(principal, principal);
    }
    return plane;
  }

  /** Makes {@code token} the token of {@code principal}. */
  void token(String principal, String token) throws IOException {
    Files.writeString(home.resolve("dev").resolve(principal + ".token"), token + "\n");
  }

  /** The environment of a command that finds it by the port where its home has it. */
  Map<String, String> byPort() {
    return Map.of("COFRE_HOME", home.toString(), "COFRE_PORT_BASE", Integer.toString(port - 1));
  }

  /** The environment of a command that is told its address. */
  Map<String, String> byUrl() {
    return Map.of("COFRE_HOME", home.toString(), "COFRE_CONTROL_URL", "http://127.0.0.1:" + port);
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
