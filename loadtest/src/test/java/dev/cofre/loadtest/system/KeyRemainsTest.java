package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cofre.contract.envelope.EnvelopeHeader;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * After the end of a data key and one full collection its bytes are nowhere in the data plane's
 * process: not in a heap dump, not in any of its memory (invariant I2).
 */
@ExtendWith(SystemExtension.class)
@Tag("full")
class KeyRemainsTest {
  private static final long TTL_MS = 4_000;
  private static final byte[] PLAINTEXT = "whose key is gone".getBytes(UTF_8);

  /** Sweeps are a second apart: after three of them each has seen that the keys are over. */
  private static final long SWEEPS_NS = TimeUnit.SECONDS.toNanos(3);

  @Test
  void areNowhere(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.dataKeysLast(TTL_MS);
    deployment.startControlPlane();
    Map<WrappedDataKey, byte[]> minted = new HashMap<>();
    Map<WrappedDataKey, byte[]> unwrapped = new HashMap<>();

    Child earlier = deployment.startDataPlane();
    encrypt(deployment.dataApi("app"), unwrapped, 2);
    assertEquals(0, earlier.terminate());
    Child plane = deployment.startDataPlane();
    Api data = deployment.dataApi("app");
    for (byte[] envelope : unwrapped.values()) {
      assertEquals(200, data.raw("/v1/decrypt", envelope).status());
    }
    encrypt(data, minted, 3);
    KeySearch whileCached = search(deployment, minted, unwrapped);
    Await.until(
        "the search finds a key that is in use",
        Duration.ofSeconds(60),
        () -> {
          for (byte[] envelope : unwrapped.values()) {
            assertEquals(200, data.raw("/v1/decrypt", envelope).status());
          }
          whileCached.memory(plane.pid());
          return !whileCached.found().isEmpty();
        });

    awaitEndOfKeys(data);
    Jcmd.run(plane.pid(), "GC.run");
    KeySearch after = search(deployment, minted, unwrapped);
    long mib = after.memory(plane.pid());
    Path dump = workspace.resolve("heap.hprof");
    Jcmd.run(plane.pid(), "GC.heap_dump", "-all", dump.toString());
    after.heapDump(dump);
    System.out.printf(
        "%d data keys of the node and %d of an earlier one, looked for in %d MiB%n",
        minted.size(), unwrapped.size(), mib);
    assertEquals("", told(after), () -> "remains of data keys:\n" + told(after));
  }

  /** Encrypts until {@code keys} data keys were used; one envelope of each is kept. */
  private static void encrypt(Api data, Map<WrappedDataKey, byte[]> envelopes, int keys)
      throws Exception {
    Await.until(
        keys + " data keys were used",
        Duration.ofSeconds(20),
        () -> {
          byte[] envelope = data.raw("/v1/keys/demo/encrypt", PLAINTEXT).body();
          envelopes.putIfAbsent(EnvelopeHeader.parse(envelope, 0).wrapped(), envelope);
          assertEquals(200, data.raw("/v1/decrypt", envelope).status());
          return envelopes.size() >= keys;
        });
  }

  private static KeySearch search(
      Deployment deployment,
      Map<WrappedDataKey, byte[]> minted,
      Map<WrappedDataKey, byte[]> unwrapped)
      throws IOException, InterruptedException {
    KeySearch search = new KeySearch();
    Unwrapping.of(deployment, minted.keySet()).values().forEach(key -> search.add("minted", key));
    Unwrapping.of(deployment, unwrapped.keySet())
        .values()
        .forEach(key -> search.add("unwrapped", key));
    return search;
  }

  private static void awaitEndOfKeys(Api data) throws Exception {
    Await.until(
        "the cache is empty",
        Duration.ofSeconds(10),
        () -> Figures.of(data).value("cofre_data_key_cache_entries") == 0);
    long end = System.nanoTime() + SWEEPS_NS;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private static String told(KeySearch search) {
    StringBuilder text = new StringBuilder();
    search
        .found()
        .forEach((what, count) -> text.append(count).append(" × ").append(what).append('\n'));
    return text.toString();
  }
}
