package dev.cofre.loadtest.system;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to several control planes at once, each by a client of its own that goes to the next plane
 * with the same Idempotency-Key until it has an answer.
 */
final class ConcurrentWrites {
  private static final int KEY_EVERY = 5;
  private static final long PAUSE_NS = 100_000_000;
  private static final Set<String> AGAIN =
      Set.of(
          "409 request_in_progress",
          "503 store_unavailable",
          "503 overloaded",
          "503 not_ready",
          "503 hsm_unavailable");

  private final List<Api> officers;
  private final List<Api> admins;
  private final Map<String, String> ids = new ConcurrentHashMap<>();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();

  /** At control planes that know both roles; the first ones of each list are the same plane. */
  ConcurrentWrites(List<Api> officers, List<Api> admins) {
    this.officers = officers;
    this.admins = admins;
  }

  /** Begins {@code count} writes at once: keys, and policies on the demonstration key. */
  void start(int count) {
    for (int i = 0; i < count; i++) {
      int number = i;
      threads.add(Thread.ofVirtual().start(() -> write(number)));
    }
  }

  private void write(int number) {
    boolean key = number % KEY_EVERY == 0;
    String name = (key ? "key-" : "policy-") + number;
    List<Api> planes = key ? officers : admins;
    String path = key ? "/v1/keys" : "/v1/policies";
    String body = key ? Keys.document(name) : Keys.grant(name, List.of("demo"));
    try {
      for (int attempt = number; !ids.containsKey(name); attempt++) {
        Api plane = planes.get(attempt % planes.size());
        attempt(plane, path, body, name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (AssertionError e) {
      refusals.add(name + ": " + e.getMessage());
    }
  }

  private void attempt(Api plane, String path, String body, String name)
      throws InterruptedException {
    try {
      Answer answer =
          plane.send(
              plane
                  .request(path)
                  .header("Content-Type", Api.JSON)
                  .header("Idempotency-Key", "write-" + name)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build());
      if (answer.status() == 201) {
        ids.put(name, new JsonObject(answer.text()).getString("id"));
      } else if (AGAIN.contains(answer.outcome())) {
        LockSupport.parkNanos(PAUSE_NS);
      } else {
        throw new AssertionError(answer.toString());
      }
    } catch (IOException e) {
      // The plane is gone: nothing was acknowledged, the next one is asked.
      LockSupport.parkNanos(PAUSE_NS);
    }
  }

  /** How many were acknowledged. */
  int acknowledged() {
    return ids.size();
  }

  /** What was refused for good, which nothing should be. */
  List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** The ids that were acknowledged, by name. */
  Map<String, String> ids() {
    return Map.copyOf(ids);
  }

  void awaitEnd() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
