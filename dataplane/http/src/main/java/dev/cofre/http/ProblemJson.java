package dev.cofre.http;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** Problems in the JSON form of RFC 9457. */
public final class ProblemJson {
  /** The media type. */
  public static final String CONTENT_TYPE = "application/problem+json";

  private ProblemJson() {}

  /** The members that every problem has. */
  public static JsonObject object(ErrorCode code, String detail, String requestId) {
    return new JsonObject()
        .put("type", "urn:cofre:problem:" + code.code())
        .put("title", code.title())
        .put("status", code.status())
        .put("code", code.code())
        .put("detail", detail)
        .put("requestId", requestId);
  }

  /** {@code problem} as it is answered. */
  public static Buffer encode(String requestId, ProblemException problem) {
    return object(problem.code(), problem.detail(), requestId).toBuffer();
  }
}
