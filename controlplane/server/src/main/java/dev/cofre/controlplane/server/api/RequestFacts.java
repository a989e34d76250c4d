package dev.cofre.controlplane.server.api;

import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * What a request said, copied off the connection so that a worker thread can read it.
 *
 * @param requestId as the caller is told
 * @param address the caller's network address
 * @param body complete, at most the limit
 * @param isGone whether nobody waits for the answer any more: its caller left, or this node stops
 */
record RequestFacts(
    String requestId,
    String address,
    String method,
    String path,
    Map<String, String> pathParameters,
    MultiMap query,
    MultiMap headers,
    byte[] body,
    BooleanSupplier isGone) {

  /** Of a request whose caller is not seen to leave. */
  RequestFacts(
      String requestId,
      String address,
      String method,
      String path,
      Map<String, String> pathParameters,
      MultiMap query,
      MultiMap headers,
      byte[] body) {
    this(requestId, address, method, path, pathParameters, query, headers, body, () -> false);
  }

  /** The query in one form: by name, then as sent, percent-encoded; empty when there is none. */
  String canonicalQuery() {
    return query.names().stream()
        .sorted()
        .flatMap(name -> query.getAll(name).stream().map(value -> coded(name) + "=" + coded(value)))
        .collect(Collectors.joining("&"));
  }

  private static String coded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
