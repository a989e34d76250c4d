package dev.cofre.client.credentials;

import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A control plane's calls for credentials, with leases of 600 s and at most 3,600 unless a test
 * says otherwise, over real HTTP; what goes wrong is the test's to say. Thread-safe.
 */
final class ScriptedVault implements AutoCloseable {
  static final Duration LIFE = Duration.ofMinutes(10);
  static final Duration LIFE_MAX = Duration.ofHours(1);

  /** What it does with a call. */
  enum Mood {
    ANSWERS,
    /** 503. */
    AWAY,
    /** 403. */
    FORBIDS,
    /** Does what is asked, and closes the connection in place of an answer. */
    HANGS_UP,
    /** 200 with something that is no answer. */
    RAMBLES
  }

  /** A lease that it has made. */
  record Lease(
      String id, String password, Instant issuedAt, Instant expiresAt, Instant maxExpiresAt) {
    JsonObject json() {
      return new JsonObject()
          .put("id", id)
          .put("userName", "cofre_" + id)
          .put("state", "ACTIVE")
          .put("issuedAt", issuedAt.toString())
          .put("expiresAt", expiresAt.toString())
          .put("maxExpiresAt", maxExpiresAt.toString())
          .put("attempts", 0)
          .put("tags", new JsonObject().put("password", "not this one"));
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final Map<String, Lease> leases = new HashMap<>();
  private final Map<String, String> made = new HashMap<>();

  final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  final List<String> revoked = Collections.synchronizedList(new ArrayList<>());
  volatile Mood mood = Mood.ANSWERS;

  /** What time it is there, beside this machine's. */
  volatile Duration ahead = Duration.ZERO;

  /** How long leases made from now on live, and can be renewed at most. */
  volatile Duration life = LIFE;

  volatile Duration lifeMax = LIFE_MAX;

  /** Refuses renewals, as of a role that is not there any more. */
  volatile boolean renewsNot;

  volatile int version = 1;
  volatile String value = secretValue("blue", "first");

  ScriptedVault() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> request.body().onSuccess(body -> answer(request, body, mood)))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  static String secretValue(String user, String password) {
    return new JsonObject().put("username", user).put("password", password).encode();
  }

  Endpoint endpoint() {
    return Endpoint.at(URI.create("http://127.0.0.1:" + server.actualPort()))
        .withToken(TokenSource.of("token".toCharArray()));
  }

  synchronized int live() {
    return leases.size();
  }

  /** Ends the lease {@code id} as an administrator does. */
  synchronized void end(String id) {
    leases.remove(id);
  }

  private synchronized void answer(HttpServerRequest request, Buffer body, Mood now) {
    asked.add(request.method() + " " + request.path());
    if (now == Mood.AWAY || now == Mood.FORBIDS) {
      refuse(
          request,
          now == Mood.AWAY ? 503 : 403,
          now == Mood.AWAY ? "unavailable" : "forbidden",
          "no");
      return;
    }
    String[] path = request.path().split("/");
    JsonObject answer = null;
    if (path[2].equals("secrets")) {
      answer =
          new JsonObject()
              .put("name", path[3])
              .put("version", version)
              .put(
                  "value",
                  Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
    } else if (path.length == 3) {
      answer = issue(request, body.toJsonObject());
    } else if (!leases.containsKey(path[3]) || (renewsNot && path[4].equals("renew"))) {
      refuse(request, 409, "conflict", "the lease has ended or is about to; ask for another one");
      return;
    } else if (path[4].equals("revoke")) {
      revoked.add(path[3]);
      answer = leases.remove(path[3]).json();
    } else {
      answer = renew(path[3]).json();
    }
    if (answer == null) {
      return;
    }
    if (now == Mood.HANGS_UP) {
      request.connection().close();
    } else {
      request.response().end(now == Mood.RAMBLES ? Buffer.buffer("{\"id\":") : answer.toBuffer());
    }
  }

  private JsonObject issue(HttpServerRequest request, JsonObject wanted) {
    String before = made.get(request.getHeader("Idempotency-Key"));
    if (before != null) {
      refuse(
          request,
          409,
          "conflict",
          "the request with this key made the lease " + before + ", whose password is gone");
      return null;
    }
    if (!wanted.getString("engine").equals("shop-db")) {
      refuse(request, 404, "not_found", "there is no such role");
      return null;
    }
    Instant now = Instant.now().plus(ahead);
    String id = String.format("00000000-0000-4000-8000-%012d", made.size() + 1);
    Lease lease = new Lease(id, "password-" + made.size(), now, now.plus(life), now.plus(lifeMax));
    leases.put(id, lease);
    made.put(request.getHeader("Idempotency-Key"), id);
    return lease.json().put("password", lease.password);
  }

  private Lease renew(String id) {
    Lease lease = leases.get(id);
    Instant end = Instant.now().plus(ahead).plus(life);
    Instant most = lease.maxExpiresAt;
    Lease renewed =
        new Lease(id, lease.password, lease.issuedAt, end.isAfter(most) ? most : end, most);
    leases.put(id, renewed);
    return renewed;
  }

  private static void refuse(HttpServerRequest request, int status, String code, String detail) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .end(
            new JsonObject()
                .put("type", "about:blank")
                .put("title", code)
                .put("status", status)
                .put("code", code)
                .put("detail", detail)
                .toBuffer());
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
