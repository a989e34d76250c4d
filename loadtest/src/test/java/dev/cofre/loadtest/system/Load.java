package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.AuditLogReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A light load that remembers all that was acknowledged to it. */
final class Load {
  private static final byte[] PLAINTEXT = "under load".getBytes(StandardCharsets.UTF_8);

  private static final int POLICY_KEYS = 500;

  /** Who finds nobody does not take the processors from those that start. */
  private static final long AGAIN_NS = 5_000_000;

  private final Cofre cofre;
  private final Queue<String> encryptions = new ConcurrentLinkedQueue<>();
  private final Queue<String> creations = new ConcurrentLinkedQueue<>();
  private final Queue<String> keys = new ConcurrentLinkedQueue<>();
  private final Queue<byte[]> envelopes = new ConcurrentLinkedQueue<>();
  private final AtomicInteger aliases = new AtomicInteger();
  private final AtomicInteger policies = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  Load(Cofre cofre) {
    this.cofre = cofre;
  }

  int acknowledged() {
    return encryptions.size() + creations.size();
  }

  void start() throws IOException {
    stopping = false;
    Api data = cofre.data("app");
    Api control = cofre.control("crypto-officer");
    threads.add(Thread.ofPlatform().start(() -> repeat(() -> encrypt(data))));
    threads.add(Thread.ofPlatform().start(() -> repeat(() -> encrypt(data))));
    threads.add(Thread.ofPlatform().start(() -> repeat(() -> create(control))));
  }

  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join();
    }
    threads.clear();
  }

  private interface Request {
    void send() throws IOException, InterruptedException;
  }

  /** What is not answered was not acknowledged; the planes are expected to be away at times. */
  private void repeat(Request request) {
    while (!stopping) {
      try {
        request.send();
      } catch (IOException e) {
        LockSupport.parkNanos(AGAIN_NS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void encrypt(Api data) throws IOException, InterruptedException {
    Answer answer = data.raw("/v1/keys/demo/encrypt", PLAINTEXT);
    if (answer.status() == 200) {
      envelopes.add(answer.body());
      encryptions.add(answer.requestId());
    }
  }

  private void create(Api control) throws IOException, InterruptedException {
    Answer answer = control.json("/v1/keys", Keys.document("load-" + aliases.incrementAndGet()));
    if (answer.status() == 201) {
      keys.add(answer.json().getString("id"));
      creations.add(answer.requestId());
    }
  }

  /** Every acknowledged request id is in its plane's audit log. */
  void verifyAudit() throws Exception {
    assertIn(Cofre.DATA_PLANE, encryptions);
    assertIn(Cofre.CONTROL_PLANE, creations);
  }

  private void assertIn(String plane, Collection<String> requestIds) throws Exception {
    KillTest.assertWhole(cofre.audit(plane));
    Set<String> logged = new HashSet<>();
    for (AuditEvent event : AuditLogReader.events(cofre.audit(plane))) {
      logged.add(event.requestId());
    }
    Set<String> missing = new HashSet<>(requestIds);
    missing.removeAll(logged);
    assertEquals(Set.of(), missing, "acknowledged, but not in the audit log of the " + plane);
  }

  /** Every acknowledged key is there and works; every acknowledged envelope opens. */
  void verify() throws Exception {
    verifyAudit();
    Api officer = cofre.control("crypto-officer");
    for (String key : keys) {
      assertEquals("ACTIVE", officer.get("/v1/keys/" + key).json().getString("state"), key);
    }
    List<String> all = List.copyOf(keys);
    for (int from = 0; from < all.size(); from += POLICY_KEYS) {
      List<String> some = all.subList(from, Math.min(all.size(), from + POLICY_KEYS));
      Answer granted =
          cofre
              .control("security-admin")
              .json("/v1/policies", Keys.grant("load-" + policies.incrementAndGet(), some));
      assertEquals(201, granted.status(), granted::toString);
    }
    Api data = cofre.data("app");
    for (String key : keys) {
      String path = "/v1/keys/" + key + "/encrypt";
      Await.until(
          "the key " + key + " works",
          Duration.ofSeconds(60),
          () -> data.raw(path, PLAINTEXT).status() == 200);
    }
    for (byte[] envelope : envelopes) {
      assertArrayEquals(PLAINTEXT, data.raw("/v1/decrypt", envelope).body());
    }
  }

  @Override
  public String toString() {
    return encryptions.size() + " encryptions and " + keys.size() + " keys acknowledged, all there";
  }
}
