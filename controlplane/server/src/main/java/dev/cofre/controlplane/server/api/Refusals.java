package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How often this control plane has refused the management calls of each principal since it started,
 * by error code: for who looks whether somebody tries what is not theirs. The audit log has each of
 * them; what nobody has proven to be is counted there by source.
 *
 * <p>Memory: {@value #PRINCIPALS_MAX} principals, about 300 bytes each; beyond that the one that
 * was refused longest ago is forgotten. Thread-safe; it never blocks for long.
 */
final class Refusals {
  static final int PRINCIPALS_MAX = 10_000;

  private final Map<String, Counts> byPrincipal =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Counts> eldest) {
          return size() > PRINCIPALS_MAX;
        }
      };

  private static final class Counts {
    private final Map<ErrorCode, Long> byCode = new EnumMap<>(ErrorCode.class);
    private Instant lastAt;
  }

  /** {@code principal} was refused with {@code code}. */
  synchronized void count(String principal, ErrorCode code, Instant now) {
    Counts counts = byPrincipal.computeIfAbsent(principal, any -> new Counts());
    counts.byCode.merge(code, 1L, Long::sum);
    counts.lastAt = now;
  }

  /** What is known of {@code principal}; empty when it was never refused. */
  synchronized Optional<JsonObject> of(String principal) {
    return Optional.ofNullable(byPrincipal.get(principal)).map(Refusals::document);
  }

  private static JsonObject document(Counts counts) {
    JsonObject byCode = new JsonObject();
    counts.byCode.forEach((code, count) -> byCode.put(code.code(), count));
    return new JsonObject().put("byCode", byCode).put("lastAt", counts.lastAt.toString());
  }
}
