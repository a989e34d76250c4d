package dev.cofre.controlplane.server.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the route of a request that did not come over HTTP. Immutable. */
final class Routes {
  private final List<Route> all;

  Routes(List<Route> all) {
    this.all = List.copyOf(all);
  }

  /** A route with what its path's parameters are. */
  record Match(Route route, Map<String, String> pathParameters) {}

  /** The route of {@code method} on {@code path}. */
  Optional<Match> find(String method, String path) {
    String[] segments = path.split("/", -1);
    for (Route route : all) {
      if (route.method().name().equals(method)) {
        Map<String, String> parameters = parameters(route.path().split("/", -1), segments);
        if (parameters != null) {
          return Optional.of(new Match(route, parameters));
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, String> parameters(String[] template, String[] segments) {
    if (template.length != segments.length) {
      return null;
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < template.length; i++) {
      if (template[i].startsWith("{")) {
        parameters.put(
            template[i].substring(1, template[i].length() - 1),
            URLDecoder.decode(segments[i].replace("+", "%2B"), StandardCharsets.UTF_8));
      } else if (!template[i].equals(segments[i])) {
        return null;
      }
    }
    return parameters;
  }
}
