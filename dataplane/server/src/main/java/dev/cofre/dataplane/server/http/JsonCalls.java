package dev.cofre.dataplane.server.http;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.dataplane.server.call.WholeBody;
import dev.cofre.dataplane.server.state.ServerState;
import dev.cofre.engine.request.Batch;
import dev.cofre.engine.request.DataKeyCalls;
import dev.cofre.engine.request.RequestPath;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * Calls with a JSON body: gathered up to a limit, read strictly, answered whole. Not thread-safe:
 * one per event loop.
 */
final class JsonCalls {
  private static final String JSON = "application/json";

  private final ServerState state;
  private final RequestPath path;

  JsonCalls(ServerState state, RequestPath path) {
    this.state = state;
    this.path = path;
  }

  /** Gathers the body of {@code exchange} and answers {@code call}. */
  void start(Exchange exchange, Call call) {
    WholeBody.read(
        exchange,
        state,
        JsonReader.BODY_BYTES_MAX,
        "a JSON body has at most "
            + JsonReader.BODY_BYTES_MAX
            + " bytes; send it as application/octet-stream or in parts",
        body -> run(exchange, call, body));
  }

  private void run(Exchange exchange, Call call, byte[] bytes) {
    Batch batch = path.newBatch();
    try {
      switch (call.kind()) {
        case ENCRYPT -> {
          JsonRequest request = JsonReader.read(bytes, "plaintext", batch);
          answer(
              exchange,
              request,
              batch,
              "ciphertext",
              path.encrypt(exchange.caller(), call.key(), batch));
        }
        case DECRYPT -> {
          JsonRequest request = JsonReader.read(bytes, "ciphertext", batch);
          answer(exchange, request, batch, "plaintext", path.decrypt(exchange.caller(), batch));
        }
        case REENCRYPT -> reencrypt(exchange, JsonReader.read(bytes, "ciphertext", batch), batch);
        case GENERATE_DATA_KEY ->
            generate(exchange, call, JsonReader.read(bytes, "", batch), batch);
        case UNWRAP_DATA_KEY -> unwrap(exchange, JsonReader.read(bytes, "wrapped", batch), batch);
        default -> throw new IllegalStateException("no JSON body for " + call);
      }
    } catch (RuntimeException e) {
      batch.wipeInputs();
      batch.close();
      exchange.reject(e);
    } finally {
      // The inputs are decoded by now.
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private void reencrypt(Exchange exchange, JsonRequest request, Batch batch) {
    path.reencrypt(exchange.caller(), exchange.target(), batch)
        .whenComplete(
            (again, failure) -> {
              batch.close();
              if (failure != null) {
                exchange.refuse(failure);
              } else {
                answer(
                    exchange,
                    request,
                    again,
                    "ciphertext",
                    CompletableFuture.completedFuture(null));
              }
            });
  }

  /** Answers with what became of {@code batch}, which it closes, when {@code done} has ended. */
  private void answer(
      Exchange exchange,
      JsonRequest request,
      Batch batch,
      String outputField,
      CompletableFuture<Void> done) {
    done.whenComplete(
        (nothing, failure) -> {
          try {
            if (failure != null) {
              exchange.refuse(failure);
            } else if (request.batch()) {
              exchange.answer(JSON, JsonAnswer.batch(batch, outputField));
            } else if (batch.problem(0) != null) {
              exchange.refuse(batch.problem(0));
            } else {
              exchange.answer(JSON, JsonAnswer.single(batch, outputField));
            }
            if (failure == null) {
              state.metrics().processed(exchange.action(), batch.plaintextBytes());
            }
          } finally {
            batch.wipeInputs();
            batch.close();
          }
        });
  }

  private void generate(Exchange exchange, Call call, JsonRequest request, Batch batch) {
    if (request.bytes() != EnvelopeFormat.KEY_LENGTH) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "bytes must be 32: data keys are AES-256 keys");
    }
    batch.close();
    path.generateDataKey(exchange.caller(), call.key(), request.context())
        .whenComplete(
            (generated, failure) ->
                handOut(exchange, generated, failure, request.withPlaintext(), true));
  }

  private void unwrap(Exchange exchange, JsonRequest request, Batch batch) {
    byte[] wrapped = batch.copyOfInput(0);
    batch.close();
    path.unwrapDataKey(exchange.caller(), wrapped, request.context())
        .whenComplete((unwrapped, failure) -> handOut(exchange, unwrapped, failure, true, false));
  }

  private static void handOut(
      Exchange exchange,
      DataKeyCalls.Generated dataKey,
      Throwable failure,
      boolean withPlaintext,
      boolean withWrapped) {
    if (failure != null) {
      exchange.refuse(failure);
      return;
    }
    exchange.answerSecret(JSON, JsonAnswer.dataKey(dataKey, withPlaintext, withWrapped));
    dataKey.wipe();
  }
}
