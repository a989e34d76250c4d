package dev.cofre.loadtest.traffic;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.encoding.CanonicalBase64;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.workload.Draw;
import dev.cofre.loadtest.workload.Operation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes HTTP requests of draws. Not thread-safe. */
final class HttpRequests {
  private static final String RAW = "application/octet-stream";
  private static final String JSON = "application/json";
  private static final String ITEM_FAILED = "\"error\":{";
  private static final String INVALID_CIPHERTEXT = "invalid_ciphertext";

  private final Site site;
  private final boolean raw;
  private final String authorization;
  private final Map<Operation, HttpCall> foreign = new HashMap<>();

  HttpRequests(Site site, boolean raw) throws IOException {
    this.site = site;
    this.raw = raw;
    this.authorization = site.authorization();
  }

  HttpCall call(Prepared prepared) {
    Draw draw = prepared.draw();
    return switch (draw.operation().kind()) {
      case HTTP -> foreign.computeIfAbsent(draw.operation(), this::foreign);
      case ENCRYPT -> raw ? rawEncrypt(prepared) : json(prepared, "plaintext", encryptPath(draw));
      case DECRYPT -> raw ? rawDecrypt(prepared) : json(prepared, "ciphertext", "/v1/decrypt");
      case BAD -> bad(prepared);
      case DATA_KEY ->
          json(
              "/v1/keys/" + draw.key() + "/data-keys",
              new JsonObject().put("bytes", 32).put("context", context(draw)));
      case UNWRAP -> json(prepared, "wrapped", "/v1/data-keys/unwrap");
    };
  }

  private HttpCall foreign(Operation operation) {
    Operation.Http http = operation.http();
    Map<String, String> headers = new LinkedHashMap<>(http.headers());
    if (authorization != null) {
      headers.put("Authorization", authorization);
    }
    return HttpCall.of(http.method(), site.url().resolve(http.path()), headers, http.body());
  }

  private static String encryptPath(Draw draw) {
    return "/v1/keys/" + draw.key() + "/encrypt";
  }

  private HttpCall rawEncrypt(Prepared prepared) {
    Draw draw = prepared.draw();
    return HttpCall.post(
            site.url().resolve(encryptPath(draw)), rawHeaders(draw), prepared.inputs().getFirst())
        .expectingLength(EnvelopeFormat.envelopeLength(draw.bytes()));
  }

  private HttpCall rawDecrypt(Prepared prepared) {
    return HttpCall.post(
            site.url().resolve("/v1/decrypt"),
            rawHeaders(prepared.draw()),
            prepared.inputs().getFirst())
        .expecting(prepared.plaintexts().getFirst());
  }

  private HttpCall bad(Prepared prepared) {
    if (raw) {
      return HttpCall.post(
              site.url().resolve("/v1/decrypt"),
              rawHeaders(prepared.draw()),
              prepared.inputs().getFirst())
          .expectingError(INVALID_CIPHERTEXT);
    }
    return json(prepared, "ciphertext", "/v1/decrypt").expectingError(INVALID_CIPHERTEXT);
  }

  private HttpCall json(Prepared prepared, String field, String path) {
    List<JsonObject> items =
        prepared.inputs().stream()
            .map(
                input ->
                    new JsonObject()
                        .put(field, CanonicalBase64.encode(input))
                        .put("context", context(prepared.draw())))
            .toList();
    return json(
        path,
        items.size() == 1 ? items.getFirst() : new JsonObject().put("items", new JsonArray(items)));
  }

  private HttpCall json(String path, JsonObject body) {
    byte[] bytes = body.encode().getBytes(StandardCharsets.UTF_8);
    return HttpCall.post(site.url().resolve(path), headers(JSON), bytes).expectingNo(ITEM_FAILED);
  }

  private static JsonObject context(Draw draw) {
    JsonObject context = new JsonObject();
    draw.context().forEach(context::put);
    return context;
  }

  private Map<String, String> rawHeaders(Draw draw) {
    Map<String, String> headers = headers(RAW);
    if (!draw.context().isEmpty()) {
      headers.put("Encryption-Context", EncryptionContext.formatHeader(draw.context()));
    }
    return headers;
  }

  private Map<String, String> headers(String contentType) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", contentType);
    if (authorization != null) {
      headers.put("Authorization", authorization);
    }
    return headers;
  }
}
