package dev.cofre.dataplane.server.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.call.CallTimers;
import dev.cofre.dataplane.server.call.Identification;
import dev.cofre.dataplane.server.call.RawDecrypt;
import dev.cofre.dataplane.server.call.RawEncrypt;
import dev.cofre.dataplane.server.grpc.GrpcCalls;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.RequestPath;
import dev.cofre.http.StrictFraming;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;

/**
 * Routes a request: path → method → readiness → caller → content type → body. Not thread-safe: one
 * per event loop.
 *
 * <p>{@code /openapi.yaml} lists the same calls; a test compares the two.
 */
final class Dispatcher {
  private final CallTimers timers;
  private final ServerState state;
  private final RequestPath path;
  private final Identification identification;
  private final JsonCalls json;
  private final FrameCalls frames;
  private final Probes probes;
  private final GrpcCalls grpc;

  Dispatcher(Vertx vertx, ServerState state, RequestPath path) {
    this.timers = new CallTimers(vertx);
    this.state = state;
    this.path = path;
    this.identification = new Identification(path, state);
    this.json = new JsonCalls(state, path);
    this.frames = new FrameCalls(vertx, state, path);
    this.probes = new Probes(state, path);
    this.grpc = new GrpcCalls(vertx, timers, identification, state, path);
  }

  /** A connection has begun. */
  void opened(HttpConnection connection) {
    StrictFraming.install(connection);
    identification.follow(connection);
  }

  void handle(HttpServerRequest request) {
    if (GrpcCalls.isGrpc(request)) {
      grpc.handle(request);
      return;
    }
    Call call = Call.of(request.path());
    if (call != null && call.isProbe()) {
      probes.answer(call, request);
      return;
    }
    Exchange exchange = new Exchange(timers, state, path, request, call);
    try {
      if (call == null) {
        throw new ProblemException(
            ErrorCode.NOT_FOUND,
            "there is nothing at this path; the calls are listed at /openapi.yaml");
      }
      if (!HttpMethod.POST.equals(request.method())) {
        request.response().putHeader(HttpHeaders.ALLOW, "POST");
        throw new ProblemException(ErrorCode.METHOD_NOT_ALLOWED, "send this call with POST");
      }
      admit();
      authenticate(exchange, call, () -> dispatch(exchange, call));
    } catch (RuntimeException e) {
      exchange.reject(e);
    }
  }

  private void admit() {
    if (state.isDraining()) {
      throw new ProblemException(
          ErrorCode.NOT_READY, "this node is stopping; send the request to another one");
    }
  }

  /** Continues with {@code next}, or refuses once the refusal is on the audit log. */
  private void authenticate(Exchange exchange, Call call, Runnable next) {
    try {
      Identity identity = identification.of(exchange.request(), exchange.address());
      exchange.authenticated(
          new Caller(
              identity.principal(),
              identity.authentication(),
              exchange.address(),
              exchange.requestId()));
      exchange.startDeadline();
    } catch (ProblemException problem) {
      // Who is refused sends no more than the connection holds until that is on the log.
      exchange.pauseBody();
      path.refuse(exchange.caller(), call.action(), call.key(), problem)
          .whenComplete((written, failure) -> exchange.refuse(failure == null ? problem : failure));
      return;
    }
    next.run();
  }

  private void dispatch(Exchange exchange, Call call) {
    try {
      BodyKind kind = BodyKind.of(exchange.request());
      if (!call.takes(kind)) {
        throw new ProblemException(
            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
            "send the body as " + call.contentTypes() + " and say so in Content-Type");
      }
      acceptBody(exchange);
      if (kind == BodyKind.JSON) {
        json.start(exchange, call);
      } else if (kind == BodyKind.FRAMES) {
        frames.start(exchange, call);
      } else {
        startRaw(exchange, call);
      }
    } catch (RuntimeException e) {
      exchange.reject(e);
    }
  }

  private void startRaw(Exchange exchange, Call call) {
    switch (call.kind()) {
      case ENCRYPT ->
          new RawEncrypt(exchange, state, path, call.key(), exchange.headerContext()).start();
      case DECRYPT ->
          new RawDecrypt(
                  exchange, state, path, RawDecrypt.Purpose.DECRYPT, null, exchange.headerContext())
              .start();
      case REENCRYPT ->
          new RawDecrypt(
                  exchange,
                  state,
                  path,
                  RawDecrypt.Purpose.REENCRYPT,
                  exchange.target(),
                  exchange.headerContext())
              .start();
      default -> throw new IllegalStateException("no raw body for " + call);
    }
  }

  /** A caller that waits for a 100 gets it only once it is known that its body is wanted. */
  private static void acceptBody(Exchange exchange) {
    if ("100-continue".equalsIgnoreCase(exchange.request().getHeader(HttpHeaders.EXPECT))) {
      exchange.response().writeContinue();
    }
  }
}
