package dev.cofre.client;

import io.vertx.core.json.JsonObject;

/**
 * A successful answer with a JSON object.
 *
 * @param status 202 when others must approve the request first, which the document then tells of
 * @param document empty when the answer has no body
 */
public record JsonAnswer(int status, JsonObject document) {}
