package dev.cofre.cli;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A service that gives one answer to all, and remembers what it was asked. Thread-safe. */
final class AnsweringService implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final Path home;
  private final int port;
  final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());

  /**
   * What it was asked.
   *
   * @param body null without one
   */
  record Asked(String uri, String authorization, JsonObject body) {}

  /** Each of {@code roles} has a token in {@code home}, which is its name. */
  AnsweringService(Path home, List<String> roles, Supplier<JsonObject> answer) throws IOException {
    this.home = home;
    Files.createDirectory(home.resolve("dev"));
    for (String role : roles) {
      Files.writeString(home.resolve("dev").resolve(role + ".token"), role + "\n");
    }
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .body()
                        .onSuccess(
                            body -> {
                              asked.add(
                                  new Asked(
                                      request.uri(),
                                      request.getHeader("Authorization"),
                                      body.length() == 0 ? null : new JsonObject(body)));
                              request.response().end(answer.get().toBuffer());
                            }))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    this.port = server.actualPort();
  }

  /** Runs a command against it. */
  CliRun run(List<String> command, String... options) {
    List<String> args = new ArrayList<>(command);
    args.addAll(List.of(options));
    return CliRun.of(
        Map.of("COFRE_HOME", home.toString(), "COFRE_PORT_BASE", Integer.toString(port - 1)),
        args.toArray(String[]::new));
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
