package dev.cofre.client;

import dev.cofre.client.CofreException.Answer;
import dev.cofre.client.CofreException.FieldError;
import dev.cofre.client.CofreException.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.OptionalInt;

/** Reads answers: whole bodies within a limit, and problems (RFC 9457). */
final class Answers {
  private static final int PROBLEM_BYTES_MAX = 64 * 1024;

  private Answers() {}

  static boolean isSuccess(HttpClientResponse response) {
    return response.statusCode() / 100 == 2;
  }

  /**
   * Whether the end of the answer's body can be told from a closed connection. A body that is ended
   * by the connection's end alone could have been cut anywhere.
   */
  static boolean isFramed(HttpClientResponse response) {
    return response.statusCode() == 204
        || response.headers().contains(HttpHeaders.CONTENT_LENGTH)
        || response.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  static CofreException unframed() {
    return new CofreException(
        Kind.PROTOCOL, "the answer says neither its length nor its end, so that a cut is not seen");
  }

  /** The body of a successful answer, or the problem as a failure. */
  static Future<Buffer> read(HttpClientResponse response, long bytesMax) {
    if (isSuccess(response)) {
      return isFramed(response) ? body(response, bytesMax) : Future.failedFuture(unframed());
    }
    return problem(response).compose(Future::failedFuture);
  }

  /** Reads what the service said instead of an answer. */
  static Future<CofreException> problem(HttpClientResponse response) {
    return body(response, PROBLEM_BYTES_MAX)
        .map(body -> problemOf(response, body))
        .otherwise(cut -> problemOf(response, Buffer.buffer()));
  }

  private static Future<Buffer> body(HttpClientResponse response, long bytesMax) {
    Promise<Buffer> promise = Promise.promise();
    Buffer body = Buffer.buffer();
    response.exceptionHandler(promise::tryFail);
    response.endHandler(end -> promise.tryComplete(body));
    response.handler(
        chunk -> {
          if (body.length() + (long) chunk.length() > bytesMax) {
            promise.tryFail(
                new CofreException(
                    Kind.PROTOCOL, "the answer is longer than " + bytesMax + " bytes"));
          } else if (!promise.future().isComplete()) {
            body.appendBuffer(chunk);
          }
        });
    return promise.future();
  }

  private static CofreException problemOf(HttpClientResponse response, Buffer body) {
    JsonObject problem;
    try {
      problem = new JsonObject(body);
    } catch (DecodeException e) {
      problem = new JsonObject();
    }
    String code = text(problem, "code");
    String detail = text(problem, "detail");
    Answer answer =
        new Answer(
            response.statusCode(),
            code,
            text(problem, "requestId"),
            retryAfter(response),
            fieldErrors(problem));
    if (code == null) {
      return new CofreException(
          Kind.PROTOCOL,
          "HTTP " + response.statusCode() + " without a problem document: is this address Cofre's?",
          answer,
          null);
    }
    return new CofreException(Kind.REFUSED, detail == null ? code : detail, answer, null);
  }

  private static List<FieldError> fieldErrors(JsonObject problem) {
    return problem.getValue("errors") instanceof JsonArray errors
        ? errors.stream()
            .filter(JsonObject.class::isInstance)
            .map(JsonObject.class::cast)
            .map(
                error ->
                    new FieldError(error.getString("field", ""), error.getString("message", "")))
            .toList()
        : List.of();
  }

  private static OptionalInt retryAfter(HttpClientResponse response) {
    String value = response.getHeader(HttpHeaders.RETRY_AFTER);
    return value != null && value.matches("\\d{1,6}")
        ? OptionalInt.of(Integer.parseInt(value))
        : OptionalInt.empty();
  }

  private static String text(JsonObject object, String name) {
    return object.getValue(name) instanceof String text ? text : null;
  }
}
