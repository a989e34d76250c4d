package dev.cofre.controlplane.server.api;

import io.vertx.core.MultiMap;
import java.util.Map;

/**
 * What a request said, copied off the connection so that a worker thread can read it.
 *
 * @param requestId as the caller is told
 * @param address the caller's network address
 * @param body complete, at most the limit
 */
record RequestFacts(
    String requestId,
    String address,
    String method,
    String path,
    Map<String, String> pathParameters,
    MultiMap query,
    MultiMap headers,
    byte[] body) {}
