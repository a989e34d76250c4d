package dev.cofre.dataplane.server.http;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.engine.request.DataKeyCalls;
import dev.cofre.engine.request.Outcome;
import dev.cofre.engine.request.RequestPath;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
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

  /** Gathers the body of {@code exchange}, which is paused, and answers {@code call}. */
  void start(Exchange exchange, Call call) {
    String declared = exchange.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    if (declared != null
        && declared.length() < 19
        && Long.parseLong(declared) > JsonReader.BODY_BYTES_MAX) {
      throw tooLarge();
    }
    Buffer body = Buffer.buffer();
    int[] taken = new int[1];
    String principal = exchange.caller().principal().id();
    exchange.onEnd(() -> state.releaseBody(principal, taken[0]));
    exchange.limitBody();
    exchange
        .request()
        .handler(
            chunk -> {
              if (exchange.isAnswered()) {
                return;
              }
              if (body.length() + chunk.length() > JsonReader.BODY_BYTES_MAX) {
                exchange.reject(tooLarge());
              } else if (!state.takeBody(principal, chunk.length())) {
                exchange.reject(
                    new ProblemException(
                        ErrorCode.OVERLOADED,
                        "too many request bodies are open on this node; try again later"));
              } else {
                taken[0] += chunk.length();
                body.appendBuffer(chunk);
              }
            })
        .exceptionHandler(exchange::reject)
        .endHandler(
            end -> {
              exchange.bodyEnded();
              if (!exchange.isAnswered()) {
                run(exchange, call, body);
              }
            })
        .resume();
  }

  private static ProblemException tooLarge() {
    return new ProblemException(
        ErrorCode.PAYLOAD_TOO_LARGE,
        "a JSON body has at most "
            + JsonReader.BODY_BYTES_MAX
            + " bytes; send it as application/octet-stream or in parts");
  }

  private void run(Exchange exchange, Call call, Buffer body) {
    try {
      switch (call.kind()) {
        case ENCRYPT ->
            crypt(
                exchange,
                read(body, "plaintext"),
                "ciphertext",
                request -> path.encrypt(exchange.caller(), call.key(), request.items()));
        case DECRYPT ->
            crypt(
                exchange,
                read(body, "ciphertext"),
                "plaintext",
                request -> path.decrypt(exchange.caller(), request.items()));
        case REENCRYPT ->
            crypt(
                exchange,
                read(body, "ciphertext"),
                "ciphertext",
                request -> path.reencrypt(exchange.caller(), exchange.target(), request.items()));
        case GENERATE_DATA_KEY -> generate(exchange, call, read(body, ""));
        case UNWRAP_DATA_KEY -> unwrap(exchange, read(body, "wrapped"));
        default -> throw new IllegalStateException("no JSON body for " + call);
      }
    } catch (RuntimeException e) {
      exchange.reject(e);
    }
  }

  private static JsonRequest read(Buffer body, String inputField) {
    return JsonReader.read(body.getBytes(), inputField);
  }

  /** Runs one of the calls that turn items into items. */
  private interface Work {
    CompletableFuture<List<Outcome>> start(JsonRequest request);
  }

  private void crypt(Exchange exchange, JsonRequest request, String outputField, Work work) {
    work.start(request)
        .whenComplete(
            (outcomes, failure) -> {
              if (failure != null) {
                exchange.refuse(failure);
              } else if (request.batch()) {
                exchange.answer(JSON, JsonAnswer.batch(outcomes, outputField));
              } else if (outcomes.getFirst().problem() != null) {
                exchange.refuse(outcomes.getFirst().problem());
              } else {
                exchange.answer(JSON, JsonAnswer.single(outcomes.getFirst(), outputField));
              }
              if (failure == null) {
                outcomes.forEach(
                    outcome ->
                        state.metrics().processed(exchange.action(), outcome.plaintextLength()));
                wipe(outcomes, outputField);
              }
              request.items().forEach(item -> wipe(item.bytes()));
            });
  }

  private static void wipe(List<Outcome> outcomes, String outputField) {
    if (outputField.equals("plaintext")) {
      outcomes.forEach(outcome -> wipe(outcome.bytes()));
    }
  }

  private static void wipe(byte[] bytes) {
    if (bytes != null) {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private void generate(Exchange exchange, Call call, JsonRequest request) {
    if (request.bytes() != EnvelopeFormat.KEY_LENGTH) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "bytes must be 32: data keys are AES-256 keys");
    }
    path.generateDataKey(exchange.caller(), call.key(), request.context())
        .whenComplete(
            (generated, failure) ->
                handOut(exchange, generated, failure, request.withPlaintext(), true));
  }

  private void unwrap(Exchange exchange, JsonRequest request) {
    path.unwrapDataKey(exchange.caller(), request.items().getFirst().bytes(), request.context())
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
