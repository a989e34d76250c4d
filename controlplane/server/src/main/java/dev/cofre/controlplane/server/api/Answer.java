package dev.cofre.controlplane.server.api;

import io.vertx.core.json.JsonObject;

/**
 * What goes back to the caller when all went well. Immutable.
 *
 * @param entityTag the object's revision as an ETag; null when there is none
 * @param contentType null when there is no body
 * @param location the path of what was made; null when it is not told
 * @param secret whether the body holds a secret: it is overwritten when it was sent
 */
record Answer(
    int status,
    String entityTag,
    String contentType,
    byte[] body,
    String location,
    boolean secret) {
  static final String JSON = "application/json";
  private static final byte[] EMPTY = {};

  Answer(int status, String entityTag, String contentType, byte[] body) {
    this(status, entityTag, contentType, body, null, false);
  }

  /** {@code body}, JSON that holds a secret; it is this answer's to overwrite. */
  static Answer secret(byte[] body) {
    return new Answer(200, null, JSON, body, null, true);
  }

  static Answer json(int status, JsonObject body) {
    return new Answer(status, null, JSON, body.toBuffer().getBytes());
  }

  static Answer object(int status, long revision, JsonObject body) {
    return new Answer(status, entityTag(revision), JSON, body.toBuffer().getBytes());
  }

  /** It waits for the approval that {@code body} tells of. */
  static Answer accepted(JsonObject body) {
    return new Answer(202, null, JSON, body.toBuffer().getBytes(), approvalPath(body), false);
  }

  /** The path of the approval that {@code body} tells of. */
  static String approvalPath(JsonObject body) {
    return "/v1/approvals/" + body.getString("id");
  }

  static Answer empty() {
    return new Answer(204, null, null, EMPTY);
  }

  static String entityTag(long revision) {
    return "\"" + revision + "\"";
  }
}
