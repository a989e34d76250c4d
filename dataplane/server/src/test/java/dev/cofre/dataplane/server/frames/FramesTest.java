package dev.cofre.dataplane.server.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.HelloAnswer;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.dataplane.server.frames.FrameSocket.Frame;
import dev.cofre.dataplane.server.http.TestNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What frames do, over real sockets against a real node. */
@Timeout(240)
class FramesTest extends OneSocketEach {
  @Test
  void theHelloTellsTheLimits() throws IOException {
    try (FrameSocket other = FrameSocket.unix(node.socket)) {
      HelloAnswer answer = other.hello(TestNode.APP_TOKEN);
      assertEquals(1, answer.version());
      assertEquals(FrameFormat.FRAME_BYTES_MAX, answer.frameBytesMax());
      assertTrue(answer.inFlightMax() > 0 && answer.streamsMax() > 0);
    }
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(node.socket)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_024, 65_536, 65_537, 100_000})
  void whatWasEncryptedIsDecrypted(int length) throws IOException {
    byte[] plaintext = bytes(length);
    EncryptionContext context = EncryptionContext.of(Map.of("app", "demo"));
    byte[] envelope = ok(socket.call(encrypt("demo").context(context).frame(7, plaintext)), 7);
    assertEquals(EnvelopeFormat.envelopeLength(length), envelope.length);
    assertArrayEquals(plaintext, ok(socket.call(decrypt().context(context).frame(8, envelope)), 8));
    assertEquals("invalid_ciphertext", socket.call(decrypt().frame(9, envelope)).code());
  }

  @Test
  void aThousandAtOnceAreAnsweredInOrderAndEachByItself() throws IOException {
    byte[][] frames = new byte[1_000][];
    for (int i = 0; i < frames.length; i++) {
      String key = i % 7 == 3 ? "other" : i % 7 == 5 ? "nothing-" + i : "demo";
      frames[i] = encrypt(key).frame(i, bytes(i));
    }
    Thread sender = Thread.ofVirtual().start(() -> sendAll(socket, frames));
    Map<Integer, byte[]> envelopes = new HashMap<>();
    for (int i = 0; i < frames.length; i++) {
      Frame answer = socket.read();
      if (i % 7 == 5) {
        assertEquals("key_not_found", answer.code());
        continue;
      }
      envelopes.put(answer.correlation(), ok(answer, answer.correlation()));
    }
    assertTrue(sender.isAlive() || envelopes.size() > 800);
    for (int i = 0; i < frames.length; i += 50) {
      if (i % 7 != 5 && i % 7 != 3) {
        assertArrayEquals(bytes(i), ok(socket.call(decrypt().frame(i, envelopes.get(i))), i));
      }
    }
    assertEquals("forbidden", socket.call(decrypt().frame(1, envelopes.get(3))).code());
  }

  private static void sendAll(FrameSocket socket, byte[][] frames) {
    try {
      socket.send(frames);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void onePacketHoldsManyAndOneFrameManyPackets() throws Exception {
    byte[] first = encrypt("demo").frame(1, bytes(10));
    byte[] second = encrypt("demo").frame(2, bytes(20));
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    for (int cut = 1; cut < both.length; cut++) {
      socket.send(Arrays.copyOf(both, cut));
      Thread.onSpinWait();
      socket.send(Arrays.copyOfRange(both, cut, both.length));
      ok(socket.read(), 1);
      ok(socket.read(), 2);
    }
  }

  @Test
  void aBatchHasAStatusForEachItem() throws IOException {
    List<byte[]> plaintexts = List.of(bytes(5), bytes(0), bytes(3_000));
    Frame sealed =
        socket.call(RequestWriter.of(FrameType.ENCRYPT_BATCH).key("demo").batch(1, plaintexts));
    ok(sealed, 1);
    List<byte[]> envelopes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      envelopes.add(sealed.item(i));
    }
    envelopes.add(1, bytes(300));
    Frame opened = socket.call(RequestWriter.of(FrameType.DECRYPT_BATCH).batch(2, envelopes));
    assertArrayEquals(plaintexts.get(0), opened.item(0));
    assertEquals("invalid_ciphertext", opened.itemCode(1));
    assertEquals(0, opened.item(1).length);
    assertArrayEquals(plaintexts.get(1), opened.item(2));
    assertArrayEquals(plaintexts.get(2), opened.item(3));
    envelopes.remove(1);
    Frame again =
        socket.call(RequestWriter.of(FrameType.REENCRYPT_BATCH).key("demo").batch(3, envelopes));
    assertFalse(Arrays.equals(envelopes.get(0), again.item(0)));
    assertArrayEquals(plaintexts.get(2), ok(socket.call(decrypt().frame(4, again.item(2))), 4));
  }

  @Test
  void reencryptionKeepsThePlaintextHere() throws IOException {
    byte[] envelope = ok(socket.call(encrypt("demo").frame(1, bytes(100))), 1);
    byte[] other =
        ok(socket.call(RequestWriter.of(FrameType.REENCRYPT).key("other").frame(2, envelope)), 2);
    assertEquals("forbidden", socket.call(decrypt().frame(3, other)).code());
    byte[] same = ok(socket.call(RequestWriter.of(FrameType.REENCRYPT).frame(4, envelope)), 4);
    assertArrayEquals(bytes(100), ok(socket.call(decrypt().frame(5, same)), 5));
  }

  @Test
  void dataKeysAreHandedOutAndTakenBack() throws IOException {
    EncryptionContext context = EncryptionContext.of(Map.of("file", "a"));
    byte[] made =
        ok(
            socket.call(
                RequestWriter.of(FrameType.GENERATE_DATA_KEY)
                    .key("demo")
                    .context(context)
                    .frame(1)),
            1);
    assertEquals(4 + 104 + 32, made.length);
    byte[] wrapped = Arrays.copyOfRange(made, 4, 108);
    byte[] opened =
        ok(
            socket.call(
                RequestWriter.of(FrameType.UNWRAP_DATA_KEY).context(context).frame(2, wrapped)),
            2);
    assertArrayEquals(
        Arrays.copyOfRange(made, 108, 140), Arrays.copyOfRange(opened, 4, opened.length));
    assertEquals(
        "invalid_ciphertext",
        socket.call(RequestWriter.of(FrameType.UNWRAP_DATA_KEY).frame(3, wrapped)).code());
    byte[] without =
        ok(
            socket.call(
                RequestWriter.of(FrameType.GENERATE_DATA_KEY)
                    .key("demo")
                    .flags(FrameFormat.FLAG_WITHOUT_PLAINTEXT)
                    .frame(4)),
            4);
    assertEquals(4 + 104, without.length);
  }

  @Test
  void whatIsWrongIsToldAndTheConnectionGoesOn() throws IOException {
    assertEquals("key_not_found", socket.call(encrypt("absent").frame(1, bytes(1))).code());
    assertEquals("key_expired", socket.call(encrypt("expired").frame(1, bytes(1))).code());
    assertEquals("invalid_request", socket.call(encrypt("").frame(1, bytes(1))).code());
    assertEquals("method_not_allowed", socket.call(RequestWriter.of(99).frame(1, bytes(1))).code());
    assertEquals("invalid_ciphertext", socket.call(decrypt().frame(1)).code());
    assertEquals(
        "invalid_request",
        socket.call(RequestWriter.of(FrameType.ENCRYPT_BATCH).key("demo").frame(1)).code());
    assertEquals(
        "payload_too_large",
        socket.call(encrypt("demo").frame(1, bytes(FrameFormat.FRAME_BYTES_MAX - 100))).code());
    byte[] badContext = encrypt("demo").frame(1, bytes(20));
    FrameFormat.putShort(badContext, FrameFormat.CONTEXT_AT, 7);
    assertEquals("invalid_request", socket.call(badContext).code());
    byte[] ping = RequestWriter.of(FrameType.PING).frame(5, bytes(8));
    assertArrayEquals(bytes(8), ok(socket.call(ping), 5));
    byte[] envelope = ok(socket.call(encrypt("demo").frame(6, bytes(1))), 6);
    assertTrue(envelope.length > 100);
  }

  @Test
  void everyUseIsOnTheAuditLogBeforeItsAnswer() throws IOException {
    for (int i = 0; i < 20; i++) {
      int correlation = 70_000 + i;
      ok(socket.call(encrypt("demo").frame(correlation, bytes(i))), correlation);
      String line = lineOf(correlation);
      assertTrue(line.contains("\"action\":\"encrypt\"") && line.contains("allowed"), line);
      assertEquals("forbidden", socket.call(decrypt().frame(80_000 + i, otherEnvelope())).code());
      assertTrue(lineOf(80_000 + i).contains("\"code\":\"forbidden\""));
    }
  }

  private byte[] otherEnvelope() throws IOException {
    return ok(socket.call(encrypt("other").frame(2, bytes(1))), 2);
  }

  private static String lineOf(int correlation) throws IOException {
    return node.auditLines().stream()
        .filter(line -> line.contains("/" + correlation + "\""))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no event of request " + correlation));
  }

  @Test
  void aTokenCanBeChangedAndOneThatIsWrongEndsTheConnection() throws IOException {
    byte[] stranger =
        dev.cofre.contract.frames.Hello.of(TestNode.STRANGER_TOKEN.getBytes(StandardCharsets.UTF_8))
            .frame(2);
    ok(socket.call(stranger), 2);
    assertEquals("key_not_found", socket.call(encrypt("demo").frame(3, bytes(1))).code());
    Frame refused =
        socket.call(
            dev.cofre.contract.frames.Hello.of("wrong".getBytes(StandardCharsets.UTF_8)).frame(4));
    assertEquals("unauthenticated", refused.code());
    assertTrue(socket.isCut());
  }

  @Test
  void aDisabledKeyIsRefusedAtOnce() throws Exception {
    ok(socket.call(encrypt("demo").frame(1, bytes(1))), 1);
    node.publish(KeyState.KEY_STATE_DISABLED);
    assertEquals("key_disabled", socket.call(encrypt("demo").frame(2, bytes(1))).code());
    node.publish(KeyState.KEY_STATE_ACTIVE);
    ok(socket.call(encrypt("demo").frame(3, bytes(1))), 3);
  }

  static RequestWriter encrypt(String key) {
    return RequestWriter.of(FrameType.ENCRYPT).key(key);
  }

  static RequestWriter decrypt() {
    return RequestWriter.of(FrameType.DECRYPT);
  }

  static byte[] ok(Frame answer, int correlation) {
    assertEquals("ok", answer.code(), () -> answer.detail());
    assertEquals(correlation, answer.correlation());
    return answer.body();
  }

  static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
