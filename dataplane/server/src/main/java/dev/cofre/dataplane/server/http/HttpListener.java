package dev.cofre.dataplane.server.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.Set;

/** One event loop's listener; all listeners of a node share the port. */
public final class HttpListener extends VerticleBase {
  private static final long SWEEP_MS = 1_000;
  private static final int REQUEST_LINE_MAX = 8 * 1024;
  private static final int HEADERS_MAX = 64 * 1024;
  private static final int IDLE_SECONDS = 120;

  private final ListenerSettings settings;
  private final ServerState state;

  /** A listener to be deployed once for each event loop. */
  public HttpListener(ListenerSettings settings, ServerState state) {
    this.settings = settings;
    this.state = state;
  }

  @Override
  public Future<?> start() {
    RequestPath path =
        state.engine().newRequestPath(task -> context.runOnContext(ignored -> task.run()));
    vertx.setPeriodic(SWEEP_MS, timer -> path.sweep());
    Dispatcher dispatcher = new Dispatcher(vertx, state, path);
    return vertx
        .createHttpServer(options())
        .connectionHandler(connection -> StrictFraming.install(connection))
        .requestHandler(dispatcher::handle)
        .invalidRequestHandler(HttpListener::refuseMalformed)
        .exceptionHandler(ConnectionFailures::log)
        .listen();
  }

  /** How long a request's head may be. */
  static HttpServerOptions limits() {
    return new HttpServerOptions()
        .setMaxInitialLineLength(REQUEST_LINE_MAX)
        .setMaxHeaderSize(HEADERS_MAX);
  }

  private HttpServerOptions options() {
    HttpServerOptions options =
        limits()
            .setHost(settings.host())
            .setPort(settings.port())
            .setIdleTimeout(IDLE_SECONDS)
            .setTcpNoDelay(true)
            .setHandle100ContinueAutomatically(false);
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
                              .setClientAuth(ClientAuth.REQUIRED)
                              .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString())));
            });
    return options;
  }

  /** What the HTTP decoder refuses: answered with a problem, then the connection closes. */
  private static void refuseMalformed(HttpServerRequest request) {
    Throwable cause = request.decoderResult() == null ? null : request.decoderResult().cause();
    String what = cause == null ? "" : String.valueOf(cause.getMessage());
    ProblemException problem;
    if (cause instanceof io.netty.handler.codec.http.TooLongHttpLineException) {
      problem =
          new ProblemException(
              ErrorCode.URI_TOO_LONG,
              "the request line has at most " + REQUEST_LINE_MAX + " bytes");
    } else if (cause instanceof io.netty.handler.codec.http.TooLongHttpHeaderException) {
      problem =
          new ProblemException(
              ErrorCode.HEADERS_TOO_LARGE,
              "the header fields have at most " + HEADERS_MAX + " bytes");
    } else {
      problem =
          new ProblemException(
              ErrorCode.INVALID_REQUEST,
              "the request is not well-formed HTTP"
                  + (what.isEmpty() ? "" : "; check its request line, header fields and framing"));
    }
    ProblemBody.writeAndClose(request, RequestIds.next(), problem);
  }
}
