package dev.cofre.dataplane.server.grpc;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.DataKeyCalls;
import dev.cofre.engine.request.RequestPath;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** Calls of one message and one answer. Not thread-safe: one per event loop. */
final class UnaryCalls {
  /** A full plaintext in its envelope, key and context beside it. */
  static final int SINGLE_MESSAGE_MAX = GrpcRequest.SINGLE_BYTES_MAX + (64 << 10);

  /** A full batch, its envelopes' overhead and contexts. */
  static final int BATCH_MESSAGE_MAX = 24 << 20;

  private static final int DATA_KEY_MESSAGE_MAX = 64 << 10;

  private final ServerState state;
  private final RequestPath path;

  UnaryCalls(ServerState state, RequestPath path) {
    this.state = state;
    this.path = path;
  }

  /** Reads the one message of {@code call}, then answers it. */
  void start(GrpcCall call, GrpcMethod method) {
    byte[][] only = new byte[1][];
    call.limitBody();
    call.reader()
        .start(
            messageBytesMax(method),
            call.caller().principal().id(),
            message -> {
              if (only[0] != null) {
                call.fail(GrpcRequest.invalid("this method takes one message"));
              }
              only[0] = message;
            },
            () -> {
              if (!call.isAnswered()) {
                run(call, method, only[0]);
              }
            });
  }

  private static int messageBytesMax(GrpcMethod method) {
    return switch (method.form()) {
      case SINGLE -> SINGLE_MESSAGE_MAX;
      case BATCH -> BATCH_MESSAGE_MAX;
      default -> DATA_KEY_MESSAGE_MAX;
    };
  }

  private void run(GrpcCall call, GrpcMethod method, byte[] message) {
    if (message == null) {
      call.reject(GrpcRequest.invalid("the call holds no message"));
      return;
    }
    Batch batch = path.newBatch();
    try {
      boolean items = method.form() == GrpcMethod.Form.BATCH;
      boolean envelopes = !method.action().equals("encrypt");
      GrpcRequest request = GrpcRequest.read(message, envelopes, items ? batch : null);
      if (method.form() == GrpcMethod.Form.DATA_KEY) {
        batch.close();
        dataKey(call, method, request);
        return;
      }
      if (!items) {
        request.addTo(batch);
      } else if (batch.size() == 0) {
        throw GrpcRequest.invalid("items is empty");
      }
      use(call, method, request, batch);
    } catch (RuntimeException e) {
      Arrays.fill(message, (byte) 0);
      batch.close();
      call.reject(e);
    }
  }

  private void use(GrpcCall call, GrpcMethod method, GrpcRequest request, Batch batch) {
    switch (method) {
      case ENCRYPT, ENCRYPT_BATCH -> {
        String key = request.requireKey();
        answer(call, method, request, batch, path.encrypt(call.caller(), key, batch));
      }
      case DECRYPT, DECRYPT_BATCH ->
          answer(call, method, request, batch, path.decrypt(call.caller(), batch));
      default ->
          path.reencrypt(call.caller(), request.key(), batch)
              .whenComplete(
                  (again, failure) -> {
                    batch.close();
                    answer(
                        call,
                        method,
                        request,
                        again,
                        failure == null
                            ? CompletableFuture.completedFuture(null)
                            : CompletableFuture.failedFuture(failure));
                  });
    }
  }

  /** Answers with what became of {@code batch}, which it closes, when {@code done} has ended. */
  private void answer(
      GrpcCall call,
      GrpcMethod method,
      GrpcRequest request,
      Batch batch,
      CompletableFuture<Void> done) {
    done.whenComplete(
        (nothing, failure) -> {
          try {
            if (failure != null) {
              call.refuse(failure);
              return;
            }
            state.metrics().processed(call.action(), batch.plaintextBytes());
            if (method.form() == GrpcMethod.Form.BATCH) {
              call.answer(GrpcAnswers.batch(batch));
            } else if (batch.problem(0) != null) {
              call.refuse(batch.problem(0));
            } else {
              call.answer(GrpcAnswers.single(batch));
            }
          } finally {
            Arrays.fill(request.message(), (byte) 0);
            if (batch != null) {
              batch.close();
            }
          }
        });
  }

  private void dataKey(GrpcCall call, GrpcMethod method, GrpcRequest request) {
    boolean generates = method == GrpcMethod.GENERATE_DATA_KEY;
    CompletableFuture<DataKeyCalls.Generated> future;
    if (generates) {
      if (request.bytes() != 0 && request.bytes() != EnvelopeFormat.KEY_LENGTH) {
        throw GrpcRequest.invalid("bytes must be 32: data keys are AES-256 keys");
      }
      future = path.generateDataKey(call.caller(), request.requireKey(), request.context());
    } else {
      byte[] wrapped =
          Arrays.copyOfRange(
              request.message(), request.dataOffset(), request.dataOffset() + request.dataLength());
      future = path.unwrapDataKey(call.caller(), wrapped, request.context());
    }
    boolean withPlaintext = !generates || !request.withoutPlaintext();
    future.whenComplete(
        (dataKey, failure) -> {
          if (failure != null) {
            call.refuse(failure);
            return;
          }
          call.answerSecret(GrpcAnswers.dataKey(dataKey, withPlaintext, generates));
          dataKey.wipe();
        });
  }
}
