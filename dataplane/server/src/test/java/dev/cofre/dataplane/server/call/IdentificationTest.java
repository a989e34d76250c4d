package dev.cofre.dataplane.server.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.http.TestNode;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Over real HTTP, by callers of a real node. */
class IdentificationTest {
  private static final long LIMIT_SECONDS = 60;

  @TempDir Path directory;

  private static String whose(Identification identification, HttpServerRequest request) {
    try {
      return identification.of(request, "127.0.0.1").principal().id();
    } catch (ProblemException e) {
      return e.code().code();
    }
  }

  private static String ask(HttpClient client, int port, String token) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
            .header("Authorization", "Bearer " + token)
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  @ParameterizedTest
  @EnumSource
  void eachCallIsOfItsTokenAndNothingIsKeptOfAConnectionThatEnded(HttpClient.Version version)
      throws Exception {
    try (TestNode node = new TestNode(directory)) {
      RequestPath path = node.state().engine().newRequestPath(Runnable::run);
      Identification identification = new Identification(path, node.state());
      HttpServer server =
          node.vertx()
              .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
              .connectionHandler(identification::follow)
              .requestHandler(request -> request.response().end(whose(identification, request)));
      int port = server.listen().await(LIMIT_SECONDS, TimeUnit.SECONDS).actualPort();
      try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
        for (int i = 0; i < 3; i++) {
          assertEquals("app", ask(client, port, TestNode.APP_TOKEN));
          assertEquals("app", ask(client, port, TestNode.APP_TOKEN));
          assertEquals("officer", ask(client, port, TestNode.OFFICER_TOKEN));
          assertEquals("unauthenticated", ask(client, port, TestNode.APP_TOKEN + "0"));
        }
        assertEquals(1, identification.connections());
      }
      server.close().await(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertEquals(0, identification.connections());
    }
  }
}
