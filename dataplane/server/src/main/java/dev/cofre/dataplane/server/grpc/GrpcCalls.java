package dev.cofre.dataplane.server.grpc;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.call.CallTimers;
import dev.cofre.dataplane.server.call.Identification;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.identity.Identity;
import dev.cofre.engine.request.Caller;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;

/**
 * Routes a call in gRPC: form → method → readiness → caller → messages. Not thread-safe: one per
 * event loop.
 */
public final class GrpcCalls {
  private static final String PROTO = "+proto";
  private static final CharSequence ENCODING = HttpHeaders.createOptimized("grpc-encoding");
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;

  private final CallTimers timers;
  private final ServerState state;
  private final Identification identification;
  private final RequestPath path;
  private final UnaryCalls unary;
  private final StreamCalls streams;
  private final HealthCalls health;
  private final ReflectionCalls reflection = new ReflectionCalls();

  /** The calls of the event loop of {@code path}. */
  public GrpcCalls(
      Vertx vertx,
      CallTimers timers,
      Identification identification,
      ServerState state,
      RequestPath path) {
    this.timers = timers;
    this.identification = identification;
    this.state = state;
    this.path = path;
    this.unary = new UnaryCalls(state, path);
    this.streams = new StreamCalls(state, path);
    this.health = new HealthCalls(vertx, state);
  }

  /** Whether {@code request} is to be answered in gRPC. */
  public static boolean isGrpc(HttpServerRequest request) {
    if (request.version() != HttpVersion.HTTP_2) {
      return false;
    }
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return type != null && type.startsWith(GrpcCall.CONTENT_TYPE);
  }

  /** Answers {@code request}. */
  public void handle(HttpServerRequest request) {
    if (!isPlain(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
      request.response().setStatusCode(UNSUPPORTED_MEDIA_TYPE).end();
      return;
    }
    GrpcMethod method = GrpcMethod.at(request.path());
    GrpcCall call = new GrpcCall(timers, state, path, request, action(method, request.path()));
    try {
      requireForm(request);
      if (method != null) {
        use(call, method);
      } else if (!health.takes(call) && !reflection.takes(call)) {
        throw new ProblemException(
            ErrorCode.METHOD_NOT_ALLOWED,
            "there is no such method; ask grpc.reflection.v1 or read docs/GRPC.md");
      }
    } catch (RuntimeException e) {
      call.reject(e);
    }
  }

  /** Protobuf it must be; other forms (JSON, gRPC-Web) are other content types. */
  private static boolean isPlain(String type) {
    String rest = type.substring(GrpcCall.CONTENT_TYPE.length());
    String form = rest.startsWith(PROTO) ? rest.substring(PROTO.length()) : rest;
    return form.isEmpty() || form.charAt(0) == ';';
  }

  private static String action(GrpcMethod method, String path) {
    return method != null
        ? method.action()
        : path.startsWith(HealthCalls.SERVICE)
            ? "health"
            : path.startsWith(ReflectionCalls.SERVICES) ? "reflection" : "unknown";
  }

  private static void requireForm(HttpServerRequest request) {
    if (!HttpMethod.POST.equals(request.method())) {
      throw new ProblemException(ErrorCode.METHOD_NOT_ALLOWED, "gRPC calls are sent with POST");
    }
    String encoding = request.getHeader(ENCODING);
    if (encoding != null && !encoding.equals("identity")) {
      request.response().putHeader("grpc-accept-encoding", "identity");
      throw new ProblemException(
          ErrorCode.METHOD_NOT_ALLOWED, "compressed messages are not taken: send them as they are");
    }
  }

  private void use(GrpcCall call, GrpcMethod method) {
    if (state.isDraining()) {
      throw new ProblemException(
          ErrorCode.NOT_READY, "this node is stopping; send the request to another one");
    }
    ProblemException refusal = authenticate(call);
    if (refusal != null) {
      // What is sent meanwhile waits in the stream's window.
      call.request().pause();
      path.refuse(call.caller(), method.action(), null, refusal)
          .whenComplete((written, failure) -> call.refuse(failure == null ? refusal : failure));
    } else if (method.form() == GrpcMethod.Form.STREAM) {
      streams.start(call, method);
    } else {
      unary.start(call, method);
    }
  }

  private ProblemException authenticate(GrpcCall call) {
    try {
      Identity identity = identification.of(call.request(), call.address());
      call.authenticated(
          new Caller(
              identity.principal(), identity.authentication(), call.address(), call.requestId()));
      call.startDeadline();
      return null;
    } catch (ProblemException problem) {
      return problem;
    }
  }
}
