package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.config.ListenerSettings;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The control plane's HTTP server: TLS 1.3, or plain HTTP on loopback in development. Thread-safe.
 */
public final class Listener {
  private static final int LINE_BYTES_MAX = 4_096;
  private static final int HEADER_BYTES_MAX = 16_384;
  private static final int IDLE_TIMEOUT_S = 60;
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
    HttpServer server = vertx.createHttpServer(options(settings));
    Listener listener = new Listener(server);
    Handler<HttpServerRequest> router = api.router(vertx);
    server.requestHandler(request -> listener.admit(request, router));
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

  private static HttpServerOptions options(ListenerSettings settings) {
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost(settings.host())
            .setPort(settings.port())
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxHeaderSize(HEADER_BYTES_MAX)
            .setIdleTimeout(IDLE_TIMEOUT_S)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    settings
        .tls()
        .ifPresent(
            tls -> {
              options
                  .setSsl(true)
                  .setUseAlpn(true)
                  .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                  .setKeyCertOptions(
                      new PemKeyCertOptions()
                          .addCertPath(tls.certificate().toString())
                          .addKeyPath(tls.key().toString()));
              tls.clientCa()
                  .ifPresent(
                      ca ->
                          options
                              .setClientAuth(ClientAuth.REQUEST)
                              .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString())));
            });
    return options;
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
    if (request.version() != HttpVersion.HTTP_2
        && request.headers().contains("Transfer-Encoding")) {
      // The codec drops a Content-Length beside it: where such a request ends is a matter of view.
      Exchange.closeAfter(request);
      request.response().endHandler(ended -> request.connection().close());
      Exchange.fail(
          request.response(),
          new ProblemException(
              ErrorCode.INVALID_REQUEST,
              "send the body with one Content-Length and without Transfer-Encoding"));
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
    Throwable cause = request.decoderResult().cause();
    ErrorCode code =
        cause instanceof TooLongHttpLineException
            ? ErrorCode.URI_TOO_LONG
            : cause instanceof TooLongHttpHeaderException
                ? ErrorCode.HEADERS_TOO_LARGE
                : ErrorCode.INVALID_REQUEST;
    String detail =
        switch (code) {
          case URI_TOO_LONG -> "a request line holds at most " + LINE_BYTES_MAX + " bytes";
          case HEADERS_TOO_LARGE -> "the header fields hold at most " + HEADER_BYTES_MAX + " bytes";
          default -> "the request is not well-formed HTTP";
        };
    Exchange.begin(request);
    Exchange.closeAfter(request);
    Exchange.fail(request.response(), new ProblemException(code, detail));
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
