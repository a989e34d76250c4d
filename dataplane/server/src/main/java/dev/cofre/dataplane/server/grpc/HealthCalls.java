package dev.cofre.dataplane.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.cofre.contract.grpc.health.HealthCheckRequest;
import dev.cofre.contract.grpc.health.HealthCheckResponse;
import dev.cofre.contract.grpc.health.HealthCheckResponse.ServingStatus;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.state.ServerState;
import io.vertx.core.Vertx;
import java.util.Set;

/**
 * {@code grpc.health.v1.Health}: what {@code /health/ready} says, without a token. Not thread-safe:
 * one per event loop.
 */
final class HealthCalls {
  static final String SERVICE = "/grpc.health.v1.Health/";

  private static final int MESSAGE_MAX = 4 << 10;
  private static final int WATCHERS_MAX = 256;
  private static final long WATCH_MS = 500;
  private static final Set<String> SERVICES =
      Set.of("", "cofre.dataplane.v1.Crypto", "grpc.health.v1.Health");

  private final Vertx vertx;
  private final ServerState state;
  private int watchers;

  HealthCalls(Vertx vertx, ServerState state) {
    this.vertx = vertx;
    this.state = state;
  }

  /** Answers {@code call} if it is one of ours. */
  boolean takes(GrpcCall call) {
    String path = call.request().path();
    if (path.equals(SERVICE + "Check")) {
      read(call, this::check);
    } else if (path.equals(SERVICE + "Watch")) {
      read(call, this::watch);
    } else {
      return false;
    }
    return true;
  }

  private interface Method {
    void answer(GrpcCall call, String service);
  }

  private static void read(GrpcCall call, Method method) {
    call.limitBody();
    byte[][] only = new byte[1][];
    call.reader()
        .start(
            MESSAGE_MAX,
            null,
            message -> only[0] = message,
            () -> {
              try {
                byte[] message = only[0] == null ? new byte[0] : only[0];
                method.answer(call, HealthCheckRequest.parseFrom(message).getService());
              } catch (InvalidProtocolBufferException e) {
                call.reject(GrpcRequest.invalid("the message is not well-formed protobuf"));
              } catch (ProblemException e) {
                call.reject(e);
              }
            });
  }

  private ServingStatus status(String service) {
    return !SERVICES.contains(service)
        ? ServingStatus.SERVICE_UNKNOWN
        : state.unreadiness() == null ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  private static byte[] message(ServingStatus status) {
    return GrpcAnswers.of(HealthCheckResponse.newBuilder().setStatus(status).build());
  }

  private void check(GrpcCall call, String service) {
    ServingStatus status = status(service);
    if (status == ServingStatus.SERVICE_UNKNOWN) {
      throw new ProblemException(ErrorCode.NOT_FOUND, "this node has no such service");
    }
    call.answer(message(status));
  }

  /** Looks twice a second; a watcher that does not read is told the newest state once it does. */
  private void watch(GrpcCall call, String service) {
    if (watchers >= WATCHERS_MAX) {
      throw new ProblemException(
          ErrorCode.OVERLOADED, "too many watchers are open on this node; ask Check in turns");
    }
    watchers++;
    call.onEnd(() -> watchers--);
    ServingStatus[] told = {status(service)};
    call.beginStream();
    call.message(message(told[0]));
    long timer =
        vertx.setPeriodic(
            WATCH_MS,
            tick -> {
              ServingStatus now = status(service);
              if (now != told[0] && !call.isFull()) {
                told[0] = now;
                call.message(message(now));
              }
              if (state.isDraining()) {
                vertx.cancelTimer(tick);
                call.complete();
              }
            });
    call.onEnd(() -> vertx.cancelTimer(timer));
  }
}
