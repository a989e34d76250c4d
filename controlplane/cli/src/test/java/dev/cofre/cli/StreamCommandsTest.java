package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.client.TestDataPlane;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StreamCommandsTest {
  @TempDir static Path home;

  private static Vertx vertx;
  private static TestDataPlane plane;
  private static final Map<String, String> ENVIRONMENT = new HashMap<>();

  @BeforeAll
  static void start() throws IOException {
    vertx = Vertx.vertx();
    plane = TestDataPlane.start(vertx);
    Files.createDirectory(home.resolve("dev"));
    Files.writeString(home.resolve("dev/app.token"), TestDataPlane.TOKEN + "\n");
    ENVIRONMENT.put("COFRE_HOME", home.toString());
    ENVIRONMENT.put("COFRE_DATA_URL", plane.url().toString());
  }

  @AfterAll
  static void stop() {
    plane.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static byte[] encrypted(byte[] plaintext, String... more) {
    String[] args = {"encrypt", "--key", "demo"};
    CliRun run = CliRun.of(ENVIRONMENT, plaintext, concat(args, more));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("", run.err());
    return run.out();
  }

  private static String[] concat(String[] args, String... more) {
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_536, 5_000_000})
  void whatWasEncryptedIsDecrypted(int length) {
    byte[] plaintext = new byte[length];
    new Random(length).nextBytes(plaintext);
    byte[] envelope = encrypted(plaintext, "--context", "a=1,b=x=y", "--context", "c=1%2C2");
    CliRun run =
        CliRun.of(ENVIRONMENT, envelope, "decrypt", "--context", "c=1%2C2,b=x=y", "--context=a=1");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertArrayEquals(plaintext, run.out());
  }

  @Test
  void anotherContextIsRefusedInOneLineWithTheRequestsId() {
    CliRun run = CliRun.of(ENVIRONMENT, encrypted(new byte[9], "--context", "a=1"), "decrypt");
    assertEquals(ExitCodes.FAILED, run.exitCode());
    assertEquals(1, run.errLines());
    assertTrue(run.err().startsWith("cofre: invalid_ciphertext: "), run::err);
    assertTrue(run.err().contains("(request req-1)"), run::err);
  }

  @Test
  void anEnvelopeThatWasCutIsAFailure() {
    byte[] envelope = encrypted(new byte[1_000_000]);
    CliRun run = CliRun.of(ENVIRONMENT, Arrays.copyOf(envelope, 900_000), "decrypt");
    assertEquals(ExitCodes.FAILED, run.exitCode());
    assertEquals(1, run.errLines());
    assertTrue(run.err().contains("cut short"), run::err);
  }

  @Test
  void anOutputThatIsGoneIsAFailure() {
    OutputStream gone =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    CliRun run =
        CliRun.of(
            ENVIRONMENT,
            new ByteArrayInputStream(new byte[1_000_000]),
            gone,
            "encrypt",
            "--key=demo");
    assertEquals(ExitCodes.LOCAL_IO, run.exitCode());
    assertEquals(1, run.errLines());
    assertTrue(run.err().contains("Broken pipe"), run::err);
  }

  @Test
  void aServiceThatIsNotThereHasItsOwnExitCode() {
    CliRun run =
        CliRun.of(ENVIRONMENT, "encrypt", "--key", "demo", "--data-url", "http://127.0.0.1:1");
    assertEquals(ExitCodes.UNREACHABLE, run.exitCode());
    assertEquals(1, run.errLines());
  }

  @Test
  void inspectShowsWhatTheEnvelopeSaysWithoutAService() {
    CliRun run = CliRun.of(Map.of(), encrypted(new byte[65_537]), "inspect", "--output", "json");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    JsonObject shown = new JsonObject(run.text());
    assertEquals(TestDataPlane.KEY_ID.toString(), shown.getString("key"));
    assertEquals(3, shown.getInteger("version"));
    assertEquals(1, shown.getInteger("format"));
    assertEquals(1, shown.getInteger("suite"));
    assertEquals("HSM", shown.getString("protection"));
    assertEquals("service", shown.getString("usage"));
    assertEquals(0, shown.getInteger("item"));
    assertEquals(2, shown.getInteger("segments"));
    assertEquals(65_537, shown.getInteger("plaintextBytes"));
  }

  @Test
  void inspectPrintsTextToo() {
    CliRun run = CliRun.of(Map.of(), encrypted(new byte[1]), "inspect");
    assertTrue(run.text().contains("plaintextBytes  1\n"), run::text);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 163, 164, 179, 65_717, 65_732})
  void inspectRefusesWhatIsNoEnvelope(int length) {
    byte[] envelope = encrypted(new byte[100_000]);
    CliRun run = CliRun.of(Map.of(), Arrays.copyOf(envelope, length), "inspect");
    assertEquals(ExitCodes.FAILED, run.exitCode());
    assertEquals("", run.text());
    assertEquals(1, run.errLines());
  }

  @Test
  void inspectReadsAnyLengthInOneBuffer() {
    byte[] head = encrypted(new byte[1]);
    InputStream huge =
        new java.io.SequenceInputStream(
            new ByteArrayInputStream(head, 0, 164), new Zeros(40_000L * 65_552));
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    CliRun run = CliRun.of(Map.of(), huge, out, "inspect", "--output", "json");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    JsonObject shown = new JsonObject(out.toString(java.nio.charset.StandardCharsets.UTF_8));
    assertEquals(40_000, shown.getInteger("segments"));
    assertEquals(40_000L * 65_536, shown.getLong("plaintextBytes"));
  }

  /** So many zeros. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] out, int offset, int length) {
      int read = (int) Math.min(left, length);
      left -= read;
      return read == 0 ? -1 : read;
    }
  }
}
