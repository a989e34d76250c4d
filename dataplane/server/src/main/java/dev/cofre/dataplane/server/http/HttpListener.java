package dev.cofre.dataplane.server.http;

import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.processor.TimeSlice;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.http.ListenerOptions;
import dev.cofre.http.RequestIds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerRequest;

/** One event loop's listener; all listeners of a node share the port. */
public final class HttpListener extends VerticleBase {
  private static final long SWEEP_MS = 1_000;

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
    // Sealing, shipping and compiling share its processor, and are not to hold up who waits.
    TimeSlice.shortenOwn();
    state.loopLag().watch(vertx);
    vertx.setPeriodic(SWEEP_MS, timer -> path.sweep());
    Dispatcher dispatcher = new Dispatcher(vertx, state, path);
    return vertx
        .createHttpServer(ListenerOptions.of(settings, ClientAuth.REQUIRED))
        .connectionHandler(dispatcher::opened)
        .requestHandler(dispatcher::handle)
        .invalidRequestHandler(HttpListener::refuseMalformed)
        .exceptionHandler(ConnectionFailures::log)
        .listen();
  }

  /** What the HTTP decoder refuses: answered with a problem, then the connection closes. */
  private static void refuseMalformed(HttpServerRequest request) {
    ProblemBody.writeAndClose(request, RequestIds.next(), ListenerOptions.malformed(request));
  }
}
