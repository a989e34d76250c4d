package dev.cofre.loadtest.system;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** An answer of a plane, whole. */
record Answer(int status, HttpHeaders headers, byte[] body) {
  static Answer of(HttpResponse<byte[]> response) {
    return new Answer(response.statusCode(), response.headers(), response.body());
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  JsonObject json() {
    try {
      return new JsonObject(Buffer.buffer(body));
    } catch (DecodeException e) {
      throw new AssertionError("no JSON object: " + this, e);
    }
  }

  String header(String name) {
    return headers.firstValue(name).orElse("");
  }

  String requestId() {
    return header("Request-Id");
  }

  /** The status, and for a problem its code: {@code 404 key_not_found}. */
  String outcome() {
    return header("Content-Type").equals("application/problem+json")
        ? status + " " + json().getString("code")
        : Integer.toString(status);
  }

  @Override
  public String toString() {
    return status + " " + (text().length() > 400 ? text().substring(0, 400) + "…" : text());
  }
}
