package dev.cofre.dataplane.server.grpc;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.dataplane.server.call.RawDecrypt;
import dev.cofre.dataplane.server.call.RawEncrypt;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.RequestPath;

/**
 * Bodies of any length as streams of messages: what the first names, the others carry on. Not
 * thread-safe: one per event loop.
 */
final class StreamCalls {
  /** The longest message of a stream. */
  static final int MESSAGE_MAX = 1 << 20;

  private final ServerState state;
  private final RequestPath path;

  StreamCalls(ServerState state, RequestPath path) {
    this.state = state;
    this.path = path;
  }

  /** Reads the messages of {@code call} and answers while they come. */
  void start(GrpcCall call, GrpcMethod method) {
    boolean[] begun = new boolean[1];
    boolean envelopes = method != GrpcMethod.ENCRYPT_STREAM;
    call.reader()
        .start(
            MESSAGE_MAX,
            call.caller().principal().id(),
            message -> {
              try {
                GrpcRequest request = GrpcRequest.read(message, envelopes, null);
                if (!begun[0]) {
                  begun[0] = true;
                  begin(call, method, request);
                } else if (request.key() != null || request.hasContext()) {
                  throw GrpcRequest.invalid("key and context belong into the first message");
                }
                call.bytes(message, request.dataOffset(), request.dataLength());
              } catch (RuntimeException e) {
                call.fail(e);
              }
            },
            () -> {
              if (begun[0]) {
                call.bytesEnded();
              } else {
                call.fail(GrpcRequest.invalid("the call holds no message"));
              }
            });
  }

  private void begin(GrpcCall call, GrpcMethod method, GrpcRequest request) {
    EncryptionContext context = request.context();
    switch (method) {
      case ENCRYPT_STREAM ->
          new RawEncrypt(call, state, path, request.requireKey(), context).start();
      case DECRYPT_STREAM ->
          new RawDecrypt(call, state, path, RawDecrypt.Purpose.DECRYPT, null, context).start();
      default ->
          new RawDecrypt(call, state, path, RawDecrypt.Purpose.REENCRYPT, request.key(), context)
              .start();
    }
  }
}
