package dev.cofre.dataplane.server.call;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The body of a call, over real HTTP. */
class ServerCallTest {
  private static final long LIMIT_SECONDS = 110;
  private static final int BODY_BYTES = 300_000;

  private final Vertx vertx = Vertx.vertx();

  /** A call of which nothing but the body is wanted. */
  private static final class BodyCall extends ServerCall {
    BodyCall(HttpServerRequest request) {
      super(null, null, null, request, "encrypt", null);
    }

    @Override
    public boolean beginStream() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(byte[] bytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void finished(byte[] last) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void cut(ErrorCode code) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void answerBytes(byte[] bytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void sendProblem(ProblemException problem) {
      throw new UnsupportedOperationException();
    }
  }

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private String answer(Consumer<HttpServerRequest> handler) throws Exception {
    HttpServer server = vertx.createHttpServer().requestHandler(handler::accept);
    int port =
        server
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
            .actualPort();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
            .timeout(java.time.Duration.ofSeconds(LIMIT_SECONDS))
            .version(HttpClient.Version.HTTP_1_1)
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[BODY_BYTES]))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  private static void read(HttpServerRequest request, HttpServerRequest answered) {
    Buffer whole = Buffer.buffer();
    new BodyCall(request)
        .read(
            whole::appendBuffer,
            failure -> answered.response().end(failure.toString()),
            () -> answered.response().end(whole.length() + " bytes"));
  }

  @Test
  void itIsReadWhole() throws Exception {
    assertEquals(BODY_BYTES + " bytes", answer(request -> read(request, request)));
  }

  /** A part of it was thrown away: what is left must never be taken for a body. */
  @Test
  void itIsNotReadFromItsMiddle() throws Exception {
    String said =
        answer(
            request ->
                request.handler(
                    first -> {
                      try {
                        read(request, request);
                      } catch (IllegalStateException e) {
                        request.handler(rest -> {});
                        request.endHandler(
                            ended ->
                                request
                                    .response()
                                    .end(e.getMessage().replaceAll("\\d+ of", "N of")));
                      }
                    }));
    assertEquals("the body is read too late: N of its bytes have come and are gone", said);
  }
}
