package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.http.ListenerOptions;
import dev.cofre.http.StrictFraming;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The control plane's HTTP server: TLS 1.3, or plain HTTP on loopback in development. Thread-safe.
 */
public final class Listener {
  private static final long START_TIMEOUT_S = 30;

  private final HttpServer server;
  private volatile boolean draining;

  private Listener(HttpServer server) {
    this.server = server;
  }

  /**
   * Binds the port.
   *
   * @throws IOException when the address is in use or the certificate cannot be read
   */
  public static Listener start(Vertx vertx, ListenerSettings settings, Api api) throws IOException {
    HttpServer server = vertx.createHttpServer(ListenerOptions.of(settings, ClientAuth.REQUEST));
    Listener listener = new Listener(server);
    Handler<HttpServerRequest> router = api.router(vertx);
    server.requestHandler(request -> listener.admit(request, router));
    server.connectionHandler(StrictFraming::install);
    server.invalidRequestHandler(Listener::refuse);
    try {
      server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_TIMEOUT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while binding the port", e);
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "cannot listen on "
              + settings.host()
              + ":"
              + settings.port()
              + " (http.host, http.port, tls.*): "
              + cause.getMessage(),
          cause);
    }
    return listener;
  }

  private void admit(HttpServerRequest request, Handler<HttpServerRequest> router) {
    Exchange.begin(request);
    if (draining && !request.path().startsWith("/health/")) {
      Exchange.closeAfter(request);
      Exchange.fail(
          request.response(),
          new ProblemException(ErrorCode.NOT_READY, "this node stops; ask another one"));
      return;
    }
    if (isDecodable(request.uri())) {
      router.handle(request);
    } else {
      Exchange.fail(
          request.response(),
          new ProblemException(
              ErrorCode.INVALID_REQUEST, "the path or query holds a wrong percent-encoding"));
    }
  }

  private static boolean isDecodable(String uri) {
    try {
      return !QueryStringDecoder.decodeComponent(uri).isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** What the HTTP codec could not read: told as a problem, then the connection is closed. */
  private static void refuse(HttpServerRequest request) {
    Exchange.begin(request);
    Exchange.closeAfter(request);
    Exchange.fail(request.response(), ListenerOptions.malformed(request));
    request.connection().close();
  }

  /** The port that it listens on. */
  public int port() {
    return server.actualPort();
  }

  /** Whether it is about to stop. */
  public boolean isDraining() {
    return draining;
  }

  /** Refuses new requests from now on. */
  public void drain() {
    draining = true;
  }

  /** Closes when the open requests are answered, or after {@code drainMs}. */
  public void close(long drainMs) throws InterruptedException {
    draining = true;
    try {
      server
          .shutdown(drainMs, TimeUnit.MILLISECONDS)
          .toCompletionStage()
          .toCompletableFuture()
          .get(drainMs + 2_000, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      System.getLogger(Listener.class.getName())
          .log(System.Logger.Level.WARNING, "the listener did not close in time");
    }
  }
}
