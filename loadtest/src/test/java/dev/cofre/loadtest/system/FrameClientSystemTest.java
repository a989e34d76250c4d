package dev.cofre.loadtest.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.CofreException;
import dev.cofre.client.DataKey;
import dev.cofre.client.TokenSource;
import dev.cofre.client.frames.BlockingFrameClient;
import dev.cofre.client.frames.FrameClient;
import dev.cofre.client.frames.FrameOptions;
import dev.cofre.client.local.DataKeyUse;
import dev.cofre.client.local.LocalCipher;
import dev.cofre.client.local.LocalCounts;
import dev.cofre.client.local.LocalLimits;
import dev.cofre.contract.envelope.EnvelopeHeader;
import dev.cofre.contract.envelope.Usage;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Java client over frames, and local encryption, with a data plane as it runs in earnest. */
@ExtendWith(SystemExtension.class)
class FrameClientSystemTest {
  private static final byte[] PLAINTEXT = "order 4711".getBytes(StandardCharsets.UTF_8);
  private static final Map<String, String> CONTEXT = Map.of("app", "demo", "order", "4711");

  private static FrameOptions options(Deployment deployment, String address) {
    return FrameOptions.of(TokenSource.file(deployment.tokenFile("app")), address);
  }

  private static String tcp(Deployment deployment) {
    return "tcp://127.0.0.1:" + deployment.framePort();
  }

  @Test
  void overTcpAndUnixSocketEachOperation(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Path socket = Files.createTempDirectory("cofre").resolve("s");
    deployment.settings(Cofre.DATA_PLANE).put("frames.socket", socket.toString());
    deployment.settings(Cofre.DATA_PLANE).put("dataKey.callerTtlMs", "6000");
    deployment.startBoth();
    try (FrameClient client = FrameClient.create(options(deployment, tcp(deployment)))) {
      eachOperation(client.blocking());
      locally(client);
      toTheLimit(client);
    }
    try (FrameClient client = FrameClient.create(options(deployment, "unix:" + socket))) {
      eachOperation(client.blocking());
    }
  }

  @Test
  void overTls(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    Certificates certificates = deployment.useTls("node-1");
    deployment.startBoth();
    FrameOptions options = options(deployment, "tls://127.0.0.1:" + deployment.framePort());
    try (FrameClient client = FrameClient.create(options.withTrust(certificates.authorityFile()))) {
      eachOperation(client.blocking());
    }
    try (FrameClient client =
        FrameClient.create(options.withLimits(options.limits().withTimeoutMs(2_000)))) {
      CofreException stranger =
          assertThrows(
              CofreException.class, () -> client.blocking().encrypt("demo", PLAINTEXT, CONTEXT));
      assertEquals(CofreException.Kind.UNREACHABLE, stranger.kind(), stranger::toString);
    }
  }

  @Test
  void theExampleKeepsItsCustomersApart(Workspace workspace) throws Exception {
    Deployment deployment = Deployment.create(workspace, "planes");
    deployment.startBoth();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp",
            Pinned.classPath("loadtest"),
            Launcher.ROOT
                .resolve("dataplane/client/src/example/java/CustomerService.java")
                .toString(),
            "0",
            deployment.tokenFile("app").toString(),
            "demo",
            tcp(deployment));
    Child service = workspace.start("example", Launcher.program(Map.of(), command));
    Await.until(
        "the example listens", Duration.ofMinutes(2), () -> service.out().contains("listening on"));
    String port = service.out().replaceAll("\\D+", "");
    Api api = Api.at("http://127.0.0.1:" + port, null);
    byte[] card = "4111 1111".getBytes(StandardCharsets.UTF_8);
    Answer stored =
        api.send(api.request("/cards/1").PUT(HttpRequest.BodyPublishers.ofByteArray(card)).build());
    assertEquals(204, stored.status());
    assertArrayEquals(card, api.get("/cards/1").body());
    assertEquals(404, api.get("/cards/2").status());
    service.terminate();
  }

  private static void eachOperation(BlockingFrameClient client) {
    byte[] envelope = client.encrypt("demo", PLAINTEXT, CONTEXT);
    assertArrayEquals(PLAINTEXT, client.decrypt(envelope, CONTEXT));
    assertRefused("invalid_ciphertext", () -> client.decrypt(envelope, Map.of()));
    byte[] anew = client.reencrypt(envelope, CONTEXT);
    assertFalse(Arrays.equals(envelope, anew));
    assertArrayEquals(PLAINTEXT, client.decrypt(anew, CONTEXT));
    assertArrayEquals(PLAINTEXT, client.decrypt(client.reencrypt(anew, CONTEXT, "demo"), CONTEXT));
    try (DataKey made = client.generateDataKey("demo", CONTEXT, true);
        DataKey again = client.unwrapDataKey(made.wrapped(), CONTEXT);
        DataKey bare = client.generateDataKey("demo", CONTEXT, false)) {
      assertArrayEquals(made.plaintext().orElseThrow(), again.plaintext().orElseThrow());
      assertEquals(made.keyId(), again.keyId());
      assertTrue(made.ttlMs() > 0);
      assertTrue(bare.plaintext().isEmpty());
    }
    assertRefused("key_not_found", () -> client.encrypt("no-such-key", PLAINTEXT, CONTEXT));
    byte[] large = new byte[100_000];
    new Random(1).nextBytes(large);
    assertArrayEquals(large, client.decrypt(client.encrypt("demo", large, CONTEXT), CONTEXT));
    assertRefused("payload_too_large", () -> client.encrypt("demo", new byte[131_072], CONTEXT));
    assertEquals(0, client.decrypt(client.encrypt("demo", new byte[0], CONTEXT), CONTEXT).length);
  }

  private static void assertRefused(String code, Runnable call) {
    assertEquals(code, assertThrows(CofreException.class, call::run).reason());
  }

  private static void locally(FrameClient client) throws Exception {
    try (LocalCipher local = LocalCipher.create(client, "demo");
        LocalCipher other = LocalCipher.create(client, "demo")) {
      byte[] large = new byte[200_000];
      new Random(2).nextBytes(large);
      byte[] envelope = local.encrypt(large, CONTEXT).join();
      assertEquals(Usage.CALLER, EnvelopeHeader.parse(envelope, 0).wrapped().usage());
      assertArrayEquals(large, local.decrypt(envelope, CONTEXT).join());
      assertArrayEquals(large, other.decrypt(envelope, CONTEXT).join());
      assertEquals(0, local.counts().dataKeysUnwrapped());
      assertEquals(1, other.counts().dataKeysUnwrapped());
      byte[] small = local.encrypt(PLAINTEXT, CONTEXT).join();
      assertArrayEquals(PLAINTEXT, client.decrypt(small, CONTEXT).join());
      assertEquals(1, local.counts().dataKeysMade());
      byte[] service = client.encrypt("demo", PLAINTEXT, CONTEXT).join();
      assertArrayEquals(PLAINTEXT, local.decrypt(service, CONTEXT).join());
      assertEquals(1, local.counts().askedService());
      assertInvalid(local, small, Map.of());
      small[small.length - 1] ^= 1;
      assertInvalid(local, small, CONTEXT);
      local.encrypt(PLAINTEXT, Map.of()).join();
      assertEquals(2, local.counts().dataKeysMade());
      Await.until(
          "another data key after the first one's time",
          Duration.ofMinutes(2),
          () -> {
            byte[] next = local.encrypt(PLAINTEXT, CONTEXT).join();
            assertArrayEquals(PLAINTEXT, local.decrypt(next, CONTEXT).join());
            return local.counts().dataKeysMade() >= 3;
          });
      assertArrayEquals(large, local.decrypt(envelope, CONTEXT).join());
    }
  }

  /** At a limit the next data key is asked for, and what was done with each is told. */
  private static void toTheLimit(FrameClient client) {
    Queue<DataKeyUse> told = new ConcurrentLinkedQueue<>();
    LocalLimits limits = new LocalLimits(3, 1_000, 4);
    Set<UUID> dataKeys = new HashSet<>();
    LocalCounts counts;
    try (LocalCipher local = LocalCipher.create(client, "demo", limits, told::add)) {
      for (int i = 0; i < 10; i++) {
        byte[] envelope = local.encrypt(new byte[10], CONTEXT).join();
        dataKeys.add(EnvelopeHeader.parse(envelope, 0).wrapped().dataKeyId());
        assertEquals(10, local.decrypt(envelope, CONTEXT).join().length);
      }
      CompletionException tooLong =
          assertThrows(
              CompletionException.class, () -> local.encrypt(new byte[1_001], CONTEXT).join());
      assertTrue(tooLong.getCause().getMessage().contains("bytesMax"), tooLong::toString);
      counts = local.counts();
    }
    assertTrue(dataKeys.size() >= 4, "each serves three");
    assertEquals(10, counts.sealed());
    assertEquals(10, told.stream().mapToLong(DataKeyUse::sealed).sum());
    assertEquals(100, told.stream().mapToLong(DataKeyUse::sealedBytes).sum());
    assertEquals(10, told.stream().mapToLong(DataKeyUse::opened).sum());
    assertEquals(100, told.stream().mapToLong(DataKeyUse::openedBytes).sum());
    for (DataKeyUse use : told) {
      assertTrue(use.sealed() <= 3, use::toString);
      assertTrue(dataKeys.contains(use.dataKeyId()), use::toString);
    }
  }

  private static void assertInvalid(LocalCipher local, byte[] envelope, Map<String, String> with) {
    CompletionException failure =
        assertThrows(CompletionException.class, () -> local.decrypt(envelope, with).join());
    assertEquals("invalid_ciphertext", ((CofreException) failure.getCause()).reason());
  }
}
