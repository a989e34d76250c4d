package dev.cofre.controlplane.server.api;

import io.vertx.core.json.JsonObject;

/**
 * What goes back to the caller when all went well. Immutable.
 *
 * @param entityTag the object's revision as an ETag; null when there is none
 * @param contentType null when there is no body
 */
record Answer(int status, String entityTag, String contentType, byte[] body) {
  static final String JSON = "application/json";
  private static final byte[] EMPTY = {};

  static Answer json(int status, JsonObject body) {
    return new Answer(status, null, JSON, body.toBuffer().getBytes());
  }

  static Answer object(int status, long revision, JsonObject body) {
    return new Answer(status, entityTag(revision), JSON, body.toBuffer().getBytes());
  }

  static Answer empty() {
    return new Answer(204, null, null, EMPTY);
  }

  static String entityTag(long revision) {
    return "\"" + revision + "\"";
  }
}
