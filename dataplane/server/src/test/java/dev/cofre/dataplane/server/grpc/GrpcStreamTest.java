package dev.cofre.dataplane.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.cofre.contract.grpc.crypto.DecryptRequest;
import dev.cofre.contract.grpc.crypto.DecryptResponse;
import dev.cofre.contract.grpc.crypto.DecryptStreamRequest;
import dev.cofre.contract.grpc.crypto.DecryptStreamResponse;
import dev.cofre.contract.grpc.crypto.EncryptStreamRequest;
import dev.cofre.contract.grpc.crypto.EncryptStreamResponse;
import dev.cofre.contract.grpc.crypto.ReencryptStreamRequest;
import dev.cofre.contract.grpc.crypto.ReencryptStreamResponse;
import dev.cofre.dataplane.server.http.TestNode;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bodies of any length in both directions at once, by gRPC's own client. */
@Timeout(480)
class GrpcStreamTest {
  private static final String ENCRYPT = CryptoClient.CRYPTO + "EncryptStream";
  private static final String DECRYPT = CryptoClient.CRYPTO + "DecryptStream";
  private static final String REENCRYPT = CryptoClient.CRYPTO + "ReencryptStream";

  private static TestNode node;
  private static CryptoClient app;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    node = new TestNode(directory);
    app = new CryptoClient(node, TestNode.APP_TOKEN);
  }

  @AfterAll
  static void stop() {
    app.close();
    node.close();
  }

  private static ByteString random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  /** Sends {@code bytes} in parts of many lengths, the first with what it names. */
  private static void send(
      Streaming<?> stream,
      ByteString bytes,
      long seed,
      Function<ByteString, MessageLite> first,
      Function<ByteString, MessageLite> next) {
    Random random = new Random(seed);
    int at = 0;
    boolean begun = false;
    while (at < bytes.size() || !begun) {
      int length = Math.min(bytes.size() - at, random.nextInt(100_000));
      ByteString part = bytes.substring(at, at + length);
      stream.send(begun ? next.apply(part) : first.apply(part));
      begun = true;
      at += length;
    }
    stream.end();
  }

  private static ByteString encrypt(ByteString plaintext, long seed) throws Exception {
    Streaming<EncryptStreamResponse> stream =
        new Streaming<>(app, ENCRYPT, EncryptStreamResponse.parser());
    send(
        stream,
        plaintext,
        seed,
        part ->
            EncryptStreamRequest.newBuilder()
                .setKey("demo")
                .putContext("stream", "1")
                .setPlaintext(part)
                .build(),
        part -> EncryptStreamRequest.newBuilder().setPlaintext(part).build());
    assertEquals(Status.Code.OK, stream.await().getCode(), () -> stream.status.join().toString());
    return joined(stream.answers.stream().map(EncryptStreamResponse::getCiphertext).toList());
  }

  private static Streaming<DecryptStreamResponse> decrypt(ByteString envelope, long seed)
      throws Exception {
    Streaming<DecryptStreamResponse> stream =
        new Streaming<>(app, DECRYPT, DecryptStreamResponse.parser());
    send(
        stream,
        envelope,
        seed,
        part ->
            DecryptStreamRequest.newBuilder().putContext("stream", "1").setCiphertext(part).build(),
        part -> DecryptStreamRequest.newBuilder().setCiphertext(part).build());
    stream.await();
    return stream;
  }

  private static ByteString joined(List<ByteString> parts) {
    return ByteString.copyFrom(parts);
  }

  private static ByteString plaintext(Streaming<DecryptStreamResponse> stream) {
    return joined(stream.answers.stream().map(DecryptStreamResponse::getPlaintext).toList());
  }

  @Test
  void anyLengthThereAndBack() throws Exception {
    for (int length : new int[] {0, 1, 65_536, 65_537, 3_000_000}) {
      ByteString plaintext = random(length, length);
      ByteString envelope = encrypt(plaintext, length + 1);
      Streaming<DecryptStreamResponse> opened = decrypt(envelope, length + 2);
      assertEquals(Status.Code.OK, opened.await().getCode());
      assertEquals(plaintext, plaintext(opened));
    }
    ByteString short1 = encrypt(random(10, 1), 2);
    assertEquals(
        random(10, 1),
        app.call(
                "Decrypt",
                DecryptRequest.newBuilder().putContext("stream", "1").setCiphertext(short1).build(),
                DecryptResponse.parser())
            .getPlaintext());
  }

  @Test
  void aReencryptionStreamsToo() throws Exception {
    ByteString plaintext = random(400_000, 7);
    ByteString envelope = encrypt(plaintext, 8);
    Streaming<ReencryptStreamResponse> stream =
        new Streaming<>(app, REENCRYPT, ReencryptStreamResponse.parser());
    send(
        stream,
        envelope,
        9,
        part ->
            ReencryptStreamRequest.newBuilder()
                .putContext("stream", "1")
                .setCiphertext(part)
                .build(),
        part -> ReencryptStreamRequest.newBuilder().setCiphertext(part).build());
    assertEquals(Status.Code.OK, stream.await().getCode());
    ByteString again =
        joined(stream.answers.stream().map(ReencryptStreamResponse::getCiphertext).toList());
    assertEquals(plaintext, plaintext(decrypt(again, 10)));
  }

  @Test
  void whatIsCutOrChangedNeverEndsWithOk() throws Exception {
    ByteString plaintext = random(200_000, 3);
    ByteString envelope = encrypt(plaintext, 4);
    byte[] changed = envelope.toByteArray();
    changed[150_000] ^= 1;
    for (ByteString wrong :
        List.of(
            envelope.substring(0, envelope.size() - 1),
            envelope.substring(0, 100),
            envelope.substring(0, 164 + 65_552),
            envelope.concat(ByteString.copyFromUtf8("x")),
            ByteString.copyFrom(changed))) {
      Streaming<DecryptStreamResponse> opened = decrypt(wrong, 5);
      assertEquals(Status.Code.INVALID_ARGUMENT, opened.await().getCode());
      assertEquals("invalid_ciphertext", opened.code());
      ByteString released = plaintext(opened);
      assertEquals(plaintext.substring(0, released.size()), released);
      assertTrue(released.size() < plaintext.size());
    }
  }

  @Test
  void onlyTheFirstMessageNames() throws Exception {
    Streaming<EncryptStreamResponse> twice =
        new Streaming<>(app, ENCRYPT, EncryptStreamResponse.parser());
    EncryptStreamRequest naming =
        EncryptStreamRequest.newBuilder().setKey("demo").setPlaintext(random(9, 1)).build();
    assertEquals(
        Status.Code.INVALID_ARGUMENT, twice.send(naming).send(naming).end().await().getCode());
    assertEquals("invalid_request", twice.code());
    Streaming<EncryptStreamResponse> nameless =
        new Streaming<>(app, ENCRYPT, EncryptStreamResponse.parser());
    nameless.send(EncryptStreamRequest.getDefaultInstance()).end();
    assertEquals(Status.Code.INVALID_ARGUMENT, nameless.await().getCode());
    Streaming<EncryptStreamResponse> empty =
        new Streaming<>(app, ENCRYPT, EncryptStreamResponse.parser());
    assertEquals(Status.Code.INVALID_ARGUMENT, empty.end().await().getCode());
  }

  @Test
  void aCallThatIsCancelledLeavesNothingOpen() throws Exception {
    Streaming<EncryptStreamResponse> stream =
        new Streaming<>(app, ENCRYPT, EncryptStreamResponse.parser());
    stream.send(
        EncryptStreamRequest.newBuilder().setKey("demo").setPlaintext(random(900_000, 1)).build());
    await(() -> !stream.answers.isEmpty());
    stream.cancel();
    assertEquals(Status.Code.CANCELLED, stream.await().getCode());
    await(() -> node.state().openRequests() == 0);
  }

  private static void await(java.util.function.BooleanSupplier condition) throws Exception {
    long deadlineNs = System.nanoTime() + 120_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "in time");
      Thread.sleep(5);
    }
  }
}
