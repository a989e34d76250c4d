package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.server.store.StoreException;
import dev.cofre.hsm.HsmException;
import dev.cofre.http.ProblemJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger.Level;

/** Failures as the RFC 9457 problems that callers are told. Stateless. */
final class Problems {
  private static final System.Logger LOG = System.getLogger(Problems.class.getName());

  private Problems() {}

  /** The stable code of {@code failure}. */
  static ErrorCode code(Throwable failure) {
    return switch (failure) {
      case ProblemException problem -> problem.code();
      case InvalidDocumentException invalid -> ErrorCode.INVALID_REQUEST;
      case HsmException hsm -> ErrorCode.HSM_UNAVAILABLE;
      case StoreException store when store.kind() != StoreException.Kind.FAULT ->
          ErrorCode.STORE_UNAVAILABLE;
      default -> ErrorCode.INTERNAL;
    };
  }

  /** The answer's body; what is not the caller's fault goes into the log. */
  static Buffer body(Throwable failure, String requestId) {
    ErrorCode code = code(failure);
    String detail =
        switch (failure) {
          case ProblemException problem -> problem.detail();
          case InvalidDocumentException invalid ->
              "fields are wrong or missing: " + invalid.getMessage();
          case HsmException hsm -> "the HSM cannot be reached; try again, and see the node's log";
          case StoreException store when store.kind() != StoreException.Kind.FAULT ->
              "the store cannot be reached; try again, and see the node's log";
          default -> "the server failed; report the request id to its operator";
        };
    // A store that is away is told once, by its readiness.
    if (code == ErrorCode.INTERNAL || failure instanceof HsmException) {
      LOG.log(Level.ERROR, "request " + requestId + " failed", failure);
    }
    JsonObject json = ProblemJson.object(code, detail, requestId);
    if (failure instanceof InvalidDocumentException invalid) {
      JsonArray errors = new JsonArray();
      invalid
          .errors()
          .forEach(
              error ->
                  errors.add(
                      new JsonObject()
                          .put("field", error.field())
                          .put("message", error.message())));
      json.put("errors", errors);
    }
    return json.toBuffer();
  }
}
